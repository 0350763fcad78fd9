SELECT s.province_code, s.receipt_sequence, s.receipt_sha256
FROM ledger.province_state AS s
WHERE %(province)s::text IS NULL OR s.province_code = %(province)s
ORDER BY s.province_code
