-- The cases that are settled: since when, and by which run.
UPDATE ledger.finding_case AS c
SET state = s.state, state_since = %(now)s, state_run_id = %(run_id)s
FROM register_settled AS s
WHERE c.finding_id = s.finding_id
