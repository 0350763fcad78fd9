UPDATE ledger.province_state
SET lock_run_id = NULL, lock_holder = NULL, lock_expires_at = NULL
WHERE province_code = %(province)s
  AND lock_run_id = %(run_id)s
