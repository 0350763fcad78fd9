-- Everybody else as the results say, where that is something new.
INSERT INTO land_private.land_user_status AS b (province_code, source_system, land_user_key, status, checked_at)
SELECT n.province_code, n.source_system, n.land_user_key, n.status, n.checked_at
FROM population_now AS n
ON CONFLICT (province_code, source_system, land_user_key) DO UPDATE
SET status = excluded.status, checked_at = excluded.checked_at
WHERE (b.status, b.checked_at) IS DISTINCT FROM (excluded.status, excluded.checked_at)
