SELECT c.province_code AS code, sum(c.lines)::bigint AS lines
FROM population_claim AS c
GROUP BY c.province_code
ORDER BY c.province_code
