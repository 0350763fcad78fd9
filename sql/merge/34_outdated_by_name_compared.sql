-- Nor does what comes too late change a parcel that only a weaker handle names.
-- The row's own object is not known, or another one; its parcel is, by its own key, by itself where it has
-- none, or because the commune that it lives in was shown whole since.
UPDATE merge_row AS m
SET outdated = true,
    status = 'ignored',
    note = 'older'
FROM land.parcel AS p
LEFT JOIN land.source_watermark AS w ON w.province_code = %(province)s AND w.commune_code = p.commune_code
LEFT JOIN land.parcel_alias AS own
       ON own.province_code = %(province)s AND own.parcel_uid = p.parcel_uid AND own.alias_kind = 'source_key' AND own.recorded_to IS NULL
LEFT JOIN land.source_state AS st ON st.province_code = %(province)s AND st.source_alias = own.alias_value
WHERE p.province_code = %(province)s
  AND p.parcel_uid = m.parcel_uid
  AND m.source_uid IS DISTINCT FROM m.parcel_uid
  AND m.status IN ('accept', 'held')
  AND NOT m.commune_code = ANY (%(older_passed)s::text[])
  AND greatest(w.snapshot_at, st.observed_at, land.told_until(%(province)s, p.parcel_uid, p.observed_at)) > %(observed_at)s::timestamptz
