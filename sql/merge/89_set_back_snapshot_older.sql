-- What was known by later snapshots is set back where an older one was let pass.
-- A person found the later ones wrong: left as they are, they would outdate the next right delivery, which the gate lets
-- through because it is later than what is live. What change sets said stays.
WITH passed AS (
    SELECT c.commune_code
    FROM merge_commune AS c
    WHERE c.commune_code = ANY (%(older_passed)s::text[])
      AND c.endable
      AND NOT c.held
), mark AS (
    UPDATE land.source_watermark AS w
    SET snapshot_at = %(observed_at)s::timestamptz
    FROM passed
    WHERE w.province_code = %(province)s
      AND w.commune_code = passed.commune_code
      AND w.snapshot_at > %(observed_at)s::timestamptz
)
UPDATE land.source_state AS st
SET observed_at = least(st.observed_at, %(observed_at)s::timestamptz),
    refused_at = least(st.refused_at, %(observed_at)s::timestamptz)
FROM land.parcel_alias AS a
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = a.parcel_uid
LEFT JOIN LATERAL (
    SELECT v.commune_code
    FROM land.parcel_version AS v
    WHERE v.province_code = %(province)s AND v.parcel_uid = a.parcel_uid AND v.late_row = 0
    ORDER BY v.recorded_to DESC
    LIMIT 1
) AS last ON p.parcel_uid IS NULL
WHERE st.province_code = %(province)s
  AND st.by_snapshot
  AND (st.observed_at > %(observed_at)s::timestamptz OR st.refused_at > %(observed_at)s::timestamptz)
  AND a.province_code = %(province)s
  AND a.alias_kind = 'source_key'
  AND a.alias_value = st.source_alias
  AND a.recorded_to IS NULL
  AND coalesce(p.commune_code, last.commune_code) IN (SELECT passed.commune_code FROM passed)
