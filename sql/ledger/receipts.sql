SELECT r.run_id, r.province_code, r.sequence, r.delivery_sha256, r.snapshot_sha256, r.previous_sha256, r.receipt_sha256, r.created_at, r.form
FROM ledger.receipt AS r
WHERE (%(province)s::text IS NULL OR r.province_code = %(province)s)
  AND (%(run_id)s::text IS NULL OR r.run_id = %(run_id)s)
ORDER BY r.province_code, r.sequence
