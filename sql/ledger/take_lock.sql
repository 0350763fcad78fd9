-- Free, expired, or already ours: one run at a time per province, whoever started it.
UPDATE ledger.province_state
SET lock_run_id = %(run_id)s,
    lock_holder = %(holder)s,
    lock_expires_at = clock_timestamp() + %(minutes)s * interval '1 minute'
WHERE province_code = %(province)s
  AND (lock_run_id IS NULL OR lock_run_id = %(run_id)s OR lock_expires_at < clock_timestamp()
       OR (lock_holder <> '' AND lock_holder = ANY (%(dead_holders)s::text[])))
