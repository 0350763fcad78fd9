UPDATE {table} AS i
SET {ref} = h.ref, {bound} = h.bound, content_hash = h.content_hash
FROM rehash_hashes AS h
WHERE i.province_code = %(province)s
  AND i.parcel_uid = h.parcel_uid
  AND i.item_no = h.item_no
  AND i.recorded_from = h.recorded_from
  AND i.late_row = h.late_row
