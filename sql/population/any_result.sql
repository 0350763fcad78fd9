SELECT EXISTS (SELECT FROM land_private.population_result AS r WHERE r.province_code = %(province)s) AS known
