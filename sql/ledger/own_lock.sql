-- Inside the merge: still ours, and nobody takes it until this transaction ends.
SELECT s.receipt_sequence, s.receipt_sha256
FROM ledger.province_state AS s
WHERE s.province_code = %(province)s
  AND s.lock_run_id = %(run_id)s
FOR UPDATE
