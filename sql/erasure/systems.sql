-- Systems in which somebody with this key was looked for.
SELECT DISTINCT r.source_system
FROM land_private.population_result AS r
WHERE r.province_code = %(province)s
  AND r.land_user_key = %(land_user_key)s
