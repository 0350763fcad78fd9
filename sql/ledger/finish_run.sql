UPDATE ledger.run_state
SET state = %(state)s, finished_at = clock_timestamp(), updated_at = clock_timestamp()
WHERE run_id = %(run_id)s
  AND finished_at IS NULL
