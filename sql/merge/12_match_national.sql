-- The strongest handle decides: a national id names its parcel only if no row claimed it by source key.
UPDATE merge_row AS m
SET parcel_uid = m.national_uid
WHERE m.parcel_uid IS NULL
  AND m.national_uid IS NOT NULL
  AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = m.national_uid)
