-- What becomes of each thing the file says. Of a repeated line the first counts here, the others as repeated.
CREATE TEMP TABLE population_outcome ON COMMIT DROP AS
SELECT c.lines,
       CASE WHEN EXISTS (
                SELECT FROM land_private.population_result AS r
                WHERE r.province_code = c.province_code
                  AND r.source_system = c.source_system
                  AND r.land_user_key = c.land_user_key
                  AND r.checked_at = c.checked_at
                  AND r.status <> c.status) THEN 'contradicting'
            WHEN NOT EXISTS (
                SELECT FROM land_private.land_user AS u
                JOIN land.parcel AS p ON p.province_code = u.province_code AND p.parcel_uid = u.parcel_uid
                WHERE u.province_code = c.province_code
                  AND u.land_user_key = c.land_user_key
                  AND p.source_system = c.source_system) THEN 'unknown'
            WHEN c.checked_at < n.checked_at THEN 'late'
            WHEN b.status IS NULL THEN 'applied_new'
            WHEN b.status <> c.status THEN 'applied_changed'
            ELSE 'unchanged' END AS outcome
FROM population_claim AS c
LEFT JOIN population_now AS n
       ON n.province_code = c.province_code AND n.source_system = c.source_system AND n.land_user_key = c.land_user_key
LEFT JOIN land_private.land_user_status AS b
       ON b.province_code = c.province_code AND b.source_system = c.source_system AND b.land_user_key = c.land_user_key
