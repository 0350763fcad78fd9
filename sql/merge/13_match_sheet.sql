UPDATE merge_row AS m
SET parcel_uid = m.sheet_uid
WHERE m.parcel_uid IS NULL
  AND m.sheet_uid IS NOT NULL
  AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = m.sheet_uid)
