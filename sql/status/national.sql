SELECT s.province_code AS code, s.name, s.communes, s.parcels, s.group1, s.group2, s.group3, s.not_delivered,
       s.quarantined, s.held, s.excused, s.groups, s.incomplete, s.more_than_expected,
       s.completeness_unknown, s.last_sync, s.state,
       last_run.run_id AS last_run, coalesce(last_run.finished_at, last_run.started_at) AS last_run_at,
       last_run.error AS last_run_error
FROM analyst.national_summary AS s
LEFT JOIN LATERAL (
    SELECT r.run_id, r.started_at, t.finished_at, t.error
    FROM ledger.run AS r
    JOIN ledger.run_state AS t ON t.run_id = r.run_id
    WHERE r.province_code = s.province_code AND NOT r.dry_run AND r.kind <> 'rehash'
    ORDER BY r.started_at DESC
    LIMIT 1
) AS last_run ON true
WHERE %(province)s::text IS NULL OR s.province_code = %(province)s
ORDER BY s.province_code
