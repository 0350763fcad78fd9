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
JOIN ledger.quarantine_state AS q
  ON q.province_code = %(province)s AND q.commune_code = w.commune_code AND q.state = 'open'
WHERE w.name IN ('source_key|' || q.source_alias, 'national_id|' || q.national_alias, 'sheet|' || q.sheet_alias,
                 'geometry|' || q.commune_code || '|' || q.shape)
