-- The last judgement of a commune that grouped it; where none did, the last one.
SELECT v.run_id, r.province_code, r.parent_run_id, r.started_at, v.decision, v.usability_group, v.group_code, v.group_title,
       v.assured_group, v.provisional, v.reasons, v.measures, v.measured, v.excused, v.rows_read, v.quarantined,
       v.unreadable, v.rows_with_error, v.fixes, v.policy, v.completeness
FROM ledger.dataset_verdict AS v
JOIN ledger.run AS r ON r.run_id = v.run_id
WHERE v.commune_code = %(commune)s
ORDER BY (v.usability_group IS NULL), r.started_at DESC
LIMIT 1
