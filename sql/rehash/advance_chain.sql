UPDATE ledger.province_state
SET receipt_sequence = %(sequence)s, receipt_sha256 = %(receipt_sha256)s
WHERE province_code = %(province)s
