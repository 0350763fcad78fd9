SELECT e.recorded_at AS at, e.state, e.because, e.severity, e.run_id
FROM ledger.finding_event AS e
JOIN ledger.finding_case AS c ON c.case_id = e.finding_id
WHERE c.finding_id = %(id)s::uuid
ORDER BY e.recorded_at
