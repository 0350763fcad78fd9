-- Systems in which somebody with his key was looked for.
SELECT DISTINCT r.source_system, r.land_user_key
FROM land_private.population_result AS r
JOIN erasing_key AS k ON k.land_user_key = r.land_user_key
WHERE r.province_code = %(province)s
