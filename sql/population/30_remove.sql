-- Who has no result left that stands alone.
DELETE FROM land_private.land_user_status AS b
USING (SELECT DISTINCT c.province_code, c.source_system, c.land_user_key FROM population_claim AS c) AS named
WHERE b.province_code = named.province_code
  AND b.source_system = named.source_system
  AND b.land_user_key = named.land_user_key
  AND NOT EXISTS (
      SELECT FROM population_now AS n
      WHERE n.province_code = b.province_code
        AND n.source_system = b.source_system
        AND n.land_user_key = b.land_user_key)
