-- Of the attempt that was just recorded. `way`: what must be the same of two runs for their costs to be compared; a stage that takes
-- another way than usual says so in its counts.
INSERT INTO ledger.stage_cost (
    run_id, stage, attempt, way, wall_seconds, cpu_seconds, worker_cpu_seconds, server_cpu_seconds, peak_bytes, rows_read, bytes_read,
    bytes_written, server_wal_bytes)
SELECT s.run_id, s.stage, s.attempt,
       concat_ws(' ', r.kind, CASE WHEN r.dry_run THEN 'dry' END, fetched.kind, s.counts ->> 'way'),
       %(wall_seconds)s, %(cpu_seconds)s, %(worker_cpu_seconds)s, %(server_cpu_seconds)s, %(peak_bytes)s, %(rows_read)s, %(bytes_read)s,
       %(bytes_written)s, %(server_wal_bytes)s
FROM ledger.stage AS s
JOIN ledger.run AS r ON r.run_id = s.run_id
LEFT JOIN LATERAL (
    SELECT f.counts ->> 'kind' AS kind
    FROM ledger.stage AS f
    WHERE f.run_id = s.run_id AND f.stage = 'fetch' AND f.outcome = 'done'
    ORDER BY f.attempt DESC
    LIMIT 1
) AS fetched ON true
WHERE s.run_id = %(run_id)s
  AND s.stage = %(stage)s
ORDER BY s.attempt DESC
LIMIT 1
