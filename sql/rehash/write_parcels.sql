UPDATE {table} AS p
SET content_hash = h.content_hash, hash_version = 2
FROM rehash_parcels AS h
WHERE p.province_code = %(province)s
  AND p.parcel_uid = h.parcel_uid
  AND p.recorded_from = h.recorded_from
  AND {late_row} = h.late_row
