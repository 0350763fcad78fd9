-- Nor does what comes too late take a parcel into another commune by its land.
-- No handle knows the row; its parcel is known by later data, by its own key, by itself, or because its commune was shown whole since.
UPDATE merge_row AS m
SET outdated = true,
    status = 'ignored',
    note = 'older'
FROM merge_by_land AS b
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = b.parcel_uid
LEFT JOIN land.source_watermark AS w ON w.province_code = %(province)s AND w.commune_code = p.commune_code
LEFT JOIN land.parcel_alias AS own
       ON own.province_code = %(province)s AND own.parcel_uid = p.parcel_uid AND own.alias_kind = 'source_key' AND own.recorded_to IS NULL
LEFT JOIN land.source_state AS st ON st.province_code = %(province)s AND st.source_alias = own.alias_value
WHERE b.row_no = m.row_no
  AND b.new
  AND p.commune_code <> b.commune_code
  AND m.status = 'accept'
  AND NOT m.commune_code = ANY (%(older_passed)s::text[])
  AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = b.parcel_uid)
  AND greatest(w.snapshot_at, st.observed_at, land.told_until(%(province)s, p.parcel_uid, p.observed_at)) > %(observed_at)s::timestamptz
