-- Held deliveries whose place a later complete one has taken in the last 30 days: by which run, and when.
SELECT s.province_code, s.run_id, s.commune_code, s.decided_by_run AS superseded_by, s.updated_at AS superseded_at
FROM ledger.hold_state AS s
WHERE s.state = 'superseded'
  AND s.province_code = %(province)s
  AND s.updated_at > clock_timestamp() - interval '30 days'
ORDER BY s.updated_at DESC, s.run_id, s.commune_code
