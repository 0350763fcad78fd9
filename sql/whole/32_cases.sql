-- The open cases that are about one of them, by the names of its parcels; what a refused row was refused for; and what is told
-- once of a commune because nearly all rows have it, of every live one.
WITH named AS (
    SELECT r.commune_code, r.rest_no, r.state <> 'live' AS refused, a.alias_kind || '|' || a.alias_value AS name
    FROM whole_rest AS r
    JOIN land.parcel_alias AS a
      ON a.province_code = {province} AND a.parcel_uid = r.parcel_uid AND a.recorded_to IS NULL
    UNION ALL
    SELECT r.commune_code, r.rest_no, true, n.name
    FROM whole_rest AS r
    CROSS JOIN LATERAL (
        VALUES ('source_key|' || r.source_alias), ('national_id|' || r.national_alias), ('sheet|' || r.sheet_alias),
               ('geometry|' || r.commune_code || '|' || r.shape)
    ) AS n (name)
    WHERE r.parcel_uid IS NULL
      AND n.name IS NOT NULL
), told AS (
    SELECT c.finding_id, c.check_code, c.severity, c.quarantines,
           coalesce(c.excused_until >= {as_of}::date AND NOT c.quarantines, false) AS excused,
           side.commune_code, n.name
    FROM ledger.finding_case AS c
    CROSS JOIN LATERAL (VALUES (c.commune_code, c.names), (c.other_commune_code, c.other_names)) AS side (commune_code, names)
    CROSS JOIN LATERAL unnest(side.names) AS n (name)
    WHERE c.state IN ('new', 'open', 'returned')
      AND side.commune_code IN (SELECT r.commune_code FROM whole_rest AS r)
      AND (c.commune_code IN (SELECT r.commune_code FROM whole_rest AS r)
           OR c.other_commune_code IN (SELECT r.commune_code FROM whole_rest AS r))
)
SELECT DISTINCT n.commune_code, n.rest_no, n.refused, t.finding_id::text AS finding_id, t.check_code, t.severity, t.quarantines, t.excused
FROM named AS n
JOIN told AS t ON t.commune_code = n.commune_code AND t.name = n.name
UNION
SELECT r.commune_code, r.rest_no, true, NULL, k.code, NULL, NULL, false
FROM whole_rest AS r
CROSS JOIN LATERAL unnest(r.codes) AS k (code)
WHERE r.parcel_uid IS NULL
UNION
SELECT r.commune_code, r.rest_no, r.state <> 'live', NULL, c.check_code, c.severity, c.quarantines,
       coalesce(c.excused_until >= {as_of}::date AND NOT c.quarantines, false)
FROM whole_rest AS r
JOIN ledger.finding_case AS c ON c.commune_code = r.commune_code
WHERE r.parcel_uid IS NOT NULL
  AND c.state IN ('new', 'open', 'returned')
  AND c.check_code = ANY ({condensing}::text[])
  AND cardinality(c.names) = 0
  AND c.other_commune_code IS NULL
