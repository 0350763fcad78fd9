-- A parcel with such a row is not intact.
DELETE FROM rehash_intact AS k
USING rehash_hashes AS h
WHERE h.parcel_uid = k.parcel_uid
  AND h.touched
