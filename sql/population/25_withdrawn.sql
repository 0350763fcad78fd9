-- Results in force that the file contradicts: of how many land users.
SELECT count(*) AS withdrawn
FROM land_private.land_user_status AS b
JOIN (SELECT DISTINCT c.province_code, c.source_system, c.land_user_key FROM population_claim AS c) AS named
  ON named.province_code = b.province_code
 AND named.source_system = b.source_system
 AND named.land_user_key = b.land_user_key
WHERE EXISTS (
    SELECT FROM land_private.population_result AS r
    WHERE r.province_code = b.province_code
      AND r.source_system = b.source_system
      AND r.land_user_key = b.land_user_key
      AND r.checked_at = b.checked_at
      AND r.status <> b.status)
