-- What happened to a case, wherever its state or its severity is another one now.
INSERT INTO ledger.finding_event (finding_id, run_id, recorded_at, state, because, severity)
SELECT x.finding_id, %(run_id)s, %(now)s, x.state, x.because, x.severity
FROM register_change AS x
WHERE x.before IS DISTINCT FROM x.state OR x.regraded
