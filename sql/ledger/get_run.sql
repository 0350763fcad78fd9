SELECT r.run_id, r.province_code, r.kind, r.actor, r.dry_run, r.requested, r.parent_run_id, r.communes, r.stated_at, r.reading,
       r.started_at,
       s.state, s.stage, s.delivery_sha256, s.extracted_at, s.error, s.finished_at
FROM ledger.run AS r
JOIN ledger.run_state AS s ON s.run_id = r.run_id
WHERE r.run_id = %(run_id)s
