-- What the population database said of him is nobody's any more.
UPDATE land_private.population_result AS r
SET land_user_key = %(erased_ref)s
WHERE r.province_code = %(province)s
  AND r.land_user_key IN (SELECT k.land_user_key FROM erasing_key AS k)
  AND r.source_system = ANY (%(systems)s::text[])
