-- The open cases that are about one of them, by the names of its parcels; what a refused row was refused for; and what is told
-- once of a commune because nearly all rows have it, of every live one. The parcels that cases name are looked up, not the names of
-- every parcel.
WITH known AS MATERIALIZED (
    SELECT t.*, a.parcel_uid
    FROM whole_told AS t
    CROSS JOIN LATERAL (
        SELECT x.parcel_uid
        FROM land.parcel_alias AS x
        WHERE x.province_code = {province}
          AND x.alias_kind = t.alias_kind
          AND x.alias_value = t.alias_value
          AND x.recorded_to IS NULL
        OFFSET 0 -- one search of the index a name, whatever the planner believes of the handles
    ) AS a
), named AS (
    SELECT k.finding_id, r.commune_code, r.rest_no, r.state <> 'live' AS refused, k.check_code, k.severity, k.quarantines, k.excused
    FROM known AS k
    JOIN whole_rest AS r ON r.parcel_uid = k.parcel_uid AND r.commune_code = k.commune_code
    UNION ALL
    SELECT t.finding_id, r.commune_code, r.rest_no, true, t.check_code, t.severity, t.quarantines, t.excused
    FROM whole_rest AS r
    CROSS JOIN LATERAL (
        VALUES ('source_key|' || r.source_alias), ('national_id|' || r.national_alias), ('sheet|' || r.sheet_alias),
               ('geometry|' || r.commune_code || '|' || r.shape)
    ) AS n (name)
    JOIN whole_told AS t ON t.commune_code = r.commune_code AND t.name = n.name
    WHERE r.parcel_uid IS NULL
      AND n.name IS NOT NULL
)
SELECT DISTINCT n.commune_code, n.rest_no, n.refused, n.finding_id::text AS finding_id, n.check_code, n.severity, n.quarantines, n.excused
FROM named AS n
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
