-- Every result is kept, whatever becomes of it: only so does the order of the files not matter.
INSERT INTO land_private.population_result (province_code, source_system, land_user_key, checked_at, status, import_id)
SELECT c.province_code, c.source_system, c.land_user_key, c.checked_at, c.status, %(import_id)s
FROM population_claim AS c
ON CONFLICT DO NOTHING
