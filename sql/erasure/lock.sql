-- Nobody merges meanwhile; and where the province's chain of receipts ends.
SELECT s.receipt_sequence
FROM ledger.province_state AS s
WHERE s.province_code = %(province)s
FOR UPDATE
