UPDATE ledger.run_state SET error = %(error)s, updated_at = clock_timestamp() WHERE run_id = %(run_id)s
