-- What the file says, each thing once, with the number of its lines.
CREATE TEMP TABLE population_claim ON COMMIT DROP AS
SELECT l.province_code, l.source_system, l.land_user_key, l.checked_at, l.status, count(*) AS lines
FROM population_line AS l
GROUP BY l.province_code, l.source_system, l.land_user_key, l.checked_at, l.status
