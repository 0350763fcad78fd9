UPDATE {table} AS i
SET content_hash = h.content_hash, hash_version = 2
FROM rehash_hashes AS h
WHERE i.province_code = %(province)s
  AND i.parcel_uid = h.parcel_uid
  AND i.item_no = h.item_no
