UPDATE ledger.run_state
SET stage = %(stage)s,
    delivery_sha256 = coalesce(%(delivery_sha256)s, delivery_sha256),
    extracted_at = coalesce(%(extracted_at)s, extracted_at),
    updated_at = clock_timestamp()
WHERE run_id = %(run_id)s
