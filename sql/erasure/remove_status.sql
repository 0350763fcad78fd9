DELETE FROM land_private.land_user_status AS s
WHERE s.province_code = %(province)s
  AND s.land_user_key IN (SELECT k.land_user_key FROM erasing_key AS k)
  AND s.source_system = ANY (%(systems)s::text[])
