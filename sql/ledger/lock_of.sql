SELECT s.lock_run_id, s.lock_holder, s.lock_expires_at FROM ledger.province_state AS s WHERE s.province_code = %(province)s
