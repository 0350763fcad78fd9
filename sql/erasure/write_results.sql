-- What the population database said of him is nobody's any more.
UPDATE land_private.population_result AS r
SET land_user_key = %(erased_ref)s
WHERE r.province_code = %(province)s
  AND r.land_user_key = %(land_user_key)s
  AND r.source_system = ANY (%(systems)s::text[])
