-- Parcels with a land user or a certificate whose manifest agrees with the items stored: only of these may a new hash say that nothing
-- was touched.
CREATE TEMP TABLE rehash_intact ON COMMIT DROP AS
SELECT m.parcel_uid
FROM ledger.manifest AS m
JOIN (
{digests}
) AS d ON d.parcel_uid = m.parcel_uid
WHERE m.province_code = %(province)s
  AND m.items_hash = d.items_hash
