-- Every run, and what of it is still needed: unfinished, the last accepted one of a commune, or waiting for a person.
SELECT r.run_id, r.province_code, r.parent_run_id, s.state, s.delivery_sha256, r.started_at, s.finished_at,
       EXISTS (SELECT FROM land.dataset AS d WHERE d.run_id = r.run_id) AS accepted,
       EXISTS (SELECT FROM ledger.hold_state AS h WHERE h.run_id = r.run_id AND h.state = 'open') AS held
FROM ledger.run AS r
JOIN ledger.run_state AS s ON s.run_id = r.run_id
WHERE r.kind <> 'rehash' -- of a migration: it has no folder
ORDER BY r.run_id
