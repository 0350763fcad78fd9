-- Cases of a province, a commune or a check, from both sides of a seam. The view says the state as people read it, which
-- expires by the day; the table is filtered by what its indexes know.
SELECT f.finding_id::text AS finding_id, f.check_code, f.severity, f.state, f.quarantines,
       f.province_code, f.commune_code, f.commune_name, f.handles,
       f.other_province_code, f.other_commune_code, f.other_commune_name, f.other_handles,
       f.measure, f.unit, f.width_mm, f.detail,
       f.first_seen_at, f.last_seen_at, f.state_since, f.times_returned, f.excused_until, f.run_id
FROM ledger.finding_case AS c
JOIN analyst.finding AS f ON f.finding_id = c.finding_id
WHERE {where}
ORDER BY array_position(ARRAY['error', 'warning', 'info'], f.severity), f.commune_code, f.check_code, f.first_seen_at, f.finding_id
LIMIT %(limit)s
