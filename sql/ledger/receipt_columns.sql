SELECT c.run_id, c.commune_code, c.column_group, c.changed, c.emptied, c.closed, c.added
FROM ledger.receipt_column AS c
JOIN ledger.receipt AS r ON r.run_id = c.run_id
WHERE (%(province)s::text IS NULL OR r.province_code = %(province)s)
  AND (%(run_id)s::text IS NULL OR r.run_id = %(run_id)s)
ORDER BY c.run_id, c.commune_code, c.column_group
