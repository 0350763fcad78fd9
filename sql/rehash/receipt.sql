INSERT INTO ledger.receipt (
    run_id, province_code, sequence, delivery_sha256, snapshot_sha256, previous_sha256, receipt_sha256, created_at, form)
VALUES (%(run_id)s, %(province)s, %(sequence)s, %(delivery_sha256)s, %(snapshot_sha256)s, %(previous_sha256)s,
        %(receipt_sha256)s, %(now)s, %(form)s)
