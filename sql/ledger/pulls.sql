-- What earlier runs pulled from the province's sources, newest first: an entry per connection.
SELECT entry
FROM ledger.stage AS s
JOIN ledger.run AS r ON r.run_id = s.run_id
CROSS JOIN LATERAL jsonb_array_elements(s.counts -> 'pulled') AS entry
WHERE r.province_code = %(province)s AND s.stage = 'fetch' AND s.outcome = 'done' AND s.counts ? 'pulled'
ORDER BY s.finished_at DESC
