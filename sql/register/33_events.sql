-- What happened to a case, wherever its state, its severity or its id is another one now.
INSERT INTO ledger.finding_event (finding_id, run_id, recorded_at, state, because, severity)
SELECT c.case_id, %(run_id)s, %(now)s, x.state, x.because, x.severity
FROM register_change AS x
JOIN ledger.finding_case AS c ON c.finding_id = x.finding_id
WHERE x.before IS DISTINCT FROM x.state OR x.told
