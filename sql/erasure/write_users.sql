-- What was said of him goes, with the salt under which it was hashed; that somebody was a user of the parcel stays. What left the
-- table of it before is kept, so that the manifest still agrees.
UPDATE land_private.land_user AS u
SET {gone},
    user_ref = %(erased_ref)s::uuid,
    user_bound = false,
    erased = land.salted(u.salt, u.content_hash),
    salt = uuid_send(gen_random_uuid()),
    content_hash = decode(%(content_hash)s, 'hex')
WHERE u.province_code = %(province)s
  AND u.user_uid = %(user_uid)s::uuid
