-- Accepted rows that name no parcel are new ones.
-- Their uid is theirs for good.
UPDATE merge_row
SET parcel_uid = gen_random_uuid()
WHERE parcel_uid IS NULL
  AND status = 'accept'
