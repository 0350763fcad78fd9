-- The communes that a run did not hold, but of which rows waited: each of these takes a parcel out of one that it held.
SELECT l.commune_code
FROM ledger.receipt_line AS l
LEFT JOIN ledger.hold AS h ON h.run_id = l.run_id AND h.commune_code = l.commune_code
WHERE l.run_id = %(run_id)s
  AND l.held > 0
  AND h.commune_code IS NULL
