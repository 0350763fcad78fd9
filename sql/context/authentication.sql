-- What the population database said of the province's land users; nobody's name is in it.
SELECT s.source_system AS system, s.land_user_key, s.status
FROM land_private.land_user_status AS s
WHERE s.province_code = {province}
ORDER BY s.source_system, s.land_user_key
