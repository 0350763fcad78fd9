-- What the runs of these Airflow runs did, a line per commune ("-": rows of no commune): counts, group, and the run's time.
-- Of a delivery that is the same again the group is that of the run which judged it. Refused rows as the group counts them: those that live without geometry are among them.
SELECT r.run_id, r.province_code, s.state, l.commune_code,
       extract(epoch FROM coalesce(s.finished_at, s.updated_at) - r.started_at)::float8 AS seconds,
       l.new, l.changed, l.unchanged, l.ended + l.ended_by_row AS ended, coalesce(v.quarantined, l.quarantined) AS quarantined,
       coalesce(v.unreadable, l.unreadable) AS unreadable, l.held,
       v.usability_group
FROM ledger.run AS r
JOIN ledger.run_state AS s ON s.run_id = r.run_id
LEFT JOIN ledger.receipt_line AS l ON l.run_id = r.run_id
LEFT JOIN LATERAL (
    SELECT f.counts ->> 'unchanged_since' AS run_id
    FROM ledger.stage AS f
    WHERE f.run_id = r.run_id AND f.stage = 'fetch' AND f.outcome = 'done'
    ORDER BY f.attempt DESC
    LIMIT 1
) AS same ON true
LEFT JOIN ledger.dataset_verdict AS v ON v.run_id = coalesce(same.run_id, r.run_id) AND v.commune_code = l.commune_code
WHERE r.airflow_run_id = ANY (%(airflow_run_ids)s)
ORDER BY r.province_code, l.commune_code
