INSERT INTO ledger.run_state (run_id, state, updated_at) VALUES (%(run_id)s, 'running', clock_timestamp())
