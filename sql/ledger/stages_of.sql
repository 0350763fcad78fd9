SELECT s.stage, s.attempt, s.started_at, s.finished_at, s.outcome, s.counts
FROM ledger.stage AS s
WHERE s.run_id = %(run_id)s
ORDER BY s.started_at
