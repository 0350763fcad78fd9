-- What all results together say of whom the file names: the latest that is alone at its moment.
CREATE TEMP TABLE population_now ON COMMIT DROP AS
SELECT DISTINCT ON (alone.province_code, alone.source_system, alone.land_user_key) alone.*
FROM (
    SELECT r.province_code, r.source_system, r.land_user_key, r.checked_at, min(r.status) AS status
    FROM (SELECT DISTINCT c.province_code, c.source_system, c.land_user_key FROM population_claim AS c) AS named
    JOIN land_private.population_result AS r
      ON r.province_code = named.province_code
     AND r.source_system = named.source_system
     AND r.land_user_key = named.land_user_key
    GROUP BY r.province_code, r.source_system, r.land_user_key, r.checked_at
    HAVING count(*) = 1
) AS alone
ORDER BY alone.province_code, alone.source_system, alone.land_user_key, alone.checked_at DESC
