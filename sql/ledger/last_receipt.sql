-- The last receipt of a province, unless it is this run's own, and what its run was.
SELECT c.run_id, c.sequence, c.delivery_sha256, r.kind
FROM ledger.province_state AS s
JOIN ledger.receipt AS c ON c.province_code = s.province_code AND c.sequence = s.receipt_sequence
JOIN ledger.run AS r ON r.run_id = c.run_id
WHERE s.province_code = %(province)s
  AND c.run_id <> %(run_id)s
