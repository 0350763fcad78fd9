-- Where the province's chain of receipts ends; nobody else adds to it meanwhile.
SELECT s.receipt_sequence, s.receipt_sha256
FROM ledger.province_state AS s
WHERE s.province_code = %(province)s
FOR UPDATE
