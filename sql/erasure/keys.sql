-- By which key the systems call him: kept here, for what stands in a statement stands in the server's log.
CREATE TEMP TABLE erasing_key ON COMMIT DROP AS
SELECT u.land_user_key
FROM land_private.land_user AS u
WHERE u.province_code = %(province)s AND u.user_uid = %(user_uid)s::uuid AND u.land_user_key IS NOT NULL
UNION
SELECT u.land_user_key
FROM land_private.land_user_version AS u
WHERE u.province_code = %(province)s AND u.user_uid = %(user_uid)s::uuid AND u.land_user_key IS NOT NULL
