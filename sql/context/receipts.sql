-- The last receipt of each province: up to where the context has heard of it.
SELECT s.province_code AS province, s.receipt_sequence AS sequence, s.receipt_sha256 AS sha256
FROM ledger.province_state AS s
WHERE s.receipt_sequence > 0
ORDER BY s.province_code
