UPDATE merge_row
SET parcel_uid = gen_random_uuid()
WHERE parcel_uid IS NULL
  AND status = 'accept'
