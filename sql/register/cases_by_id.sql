SELECT f.finding_id::text AS finding_id, f.check_code, f.severity, f.state, f.quarantines,
       f.province_code, f.commune_code, f.commune_name, f.handles,
       f.other_province_code, f.other_commune_code, f.other_commune_name, f.other_handles,
       f.measure, f.unit, f.width_mm, f.detail,
       f.first_seen_at, f.last_seen_at, f.state_since, f.times_returned, f.excused_until, f.run_id
FROM analyst.finding AS f
WHERE f.finding_id = ANY (%(ids)s::uuid[])
ORDER BY f.finding_id
