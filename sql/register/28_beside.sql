-- What else the communes of those cases have: names of parcels that are live, and of refused rows that wait.
CREATE TEMP TABLE register_beside ON COMMIT DROP AS
WITH wanted AS (
    SELECT DISTINCT m.commune_code, n.name
    FROM register_missing AS m
    CROSS JOIN LATERAL unnest(m.names) AS n (name)
    WHERE m.check_code = ANY (%(beside)s::text[])
      AND NOT EXISTS (SELECT FROM register_row AS r WHERE r.commune_code = m.commune_code AND r.name = n.name)
)
SELECT w.commune_code, w.name
FROM wanted AS w
JOIN land.parcel_alias AS a
  ON a.province_code = %(province)s
 AND a.alias_kind = split_part(w.name, '|', 1)
 AND a.alias_value = substr(w.name, strpos(w.name, '|') + 1)
 AND a.recorded_to IS NULL
JOIN land.parcel AS p
  ON p.province_code = a.province_code AND p.parcel_uid = a.parcel_uid AND p.commune_code = w.commune_code
UNION
SELECT w.commune_code, w.name
FROM wanted AS w
JOIN (
    SELECT s.commune_code, n.name
    FROM ledger.quarantine_state AS s
    CROSS JOIN LATERAL (
        VALUES ('source_key|' || s.source_alias), ('national_id|' || s.national_alias), ('sheet|' || s.sheet_alias),
               ('geometry|' || s.commune_code || '|' || s.shape)
    ) AS n (name)
    WHERE s.province_code = %(province)s
      AND s.state = 'open'
) AS q
  ON q.commune_code = w.commune_code AND q.name = w.name
