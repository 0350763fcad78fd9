SELECT e.recorded_at AS at, e.state, e.because, e.severity, e.run_id
FROM ledger.finding_event AS e
WHERE e.finding_id = %(id)s::uuid
ORDER BY e.recorded_at
