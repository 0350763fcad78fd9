-- A right stays, and ties nobody any more. What left the table of it before is kept, so that the manifest still agrees.
UPDATE land_private.land_right AS r
SET user_ref = %(erased_ref)s::uuid,
    erased = land.salted(r.salt, r.content_hash),
    salt = uuid_send(gen_random_uuid()),
    content_hash = e.content_hash
FROM erasing_right AS e
WHERE r.province_code = %(province)s
  AND r.parcel_uid = e.parcel_uid
  AND r.item_no = e.item_no
  AND e.late_row IS NULL
