-- What the stages of runs took, each in its last attempt, in the order in which they were begun.
SELECT DISTINCT ON (s.run_id, first.began, s.stage)
       s.run_id, s.stage, s.attempt, s.outcome, c.wall_seconds, c.cpu_seconds, c.worker_cpu_seconds, c.server_cpu_seconds, c.peak_bytes,
       c.rows_read, c.bytes_read, c.bytes_written, c.server_wal_bytes
FROM ledger.stage AS s
JOIN ledger.stage_cost AS c ON c.run_id = s.run_id AND c.stage = s.stage AND c.attempt = s.attempt
CROSS JOIN LATERAL (
    SELECT min(a.started_at) AS began FROM ledger.stage AS a WHERE a.run_id = s.run_id AND a.stage = s.stage
) AS first
WHERE s.run_id = ANY (%(runs)s)
ORDER BY s.run_id, first.began, s.stage, s.attempt DESC
