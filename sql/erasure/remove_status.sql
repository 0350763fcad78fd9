DELETE FROM land_private.land_user_status AS s
WHERE s.province_code = %(province)s
  AND s.land_user_key = %(land_user_key)s
  AND s.source_system = ANY (%(systems)s::text[])
