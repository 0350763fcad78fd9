-- What the manifest says of who has a parcel. Of one that was touched behind the pipeline it says what it said: that agrees with nothing,
-- for all of its hashes are new.
UPDATE ledger.manifest AS m
SET items_hash = d.items_hash
FROM rehash_intact AS k
JOIN (
{digests}
) AS d ON d.parcel_uid = k.parcel_uid
WHERE m.province_code = %(province)s
  AND m.parcel_uid = k.parcel_uid
