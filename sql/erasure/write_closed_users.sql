UPDATE land_private.land_user_version AS u
SET {gone},
    user_ref = %(erased_ref)s::uuid,
    user_bound = false,
    content_hash = decode(%(content_hash)s, 'hex')
WHERE u.province_code = %(province)s
  AND u.user_uid = %(user_uid)s::uuid
