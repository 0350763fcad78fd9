INSERT INTO ledger.stage (run_id, stage, attempt, started_at, finished_at, outcome, counts)
SELECT %(run_id)s, %(stage)s, coalesce(max(s.attempt), 0) + 1, %(started_at)s, clock_timestamp(), %(outcome)s, %(counts)s
FROM ledger.stage AS s
WHERE s.run_id = %(run_id)s
  AND s.stage = %(stage)s
