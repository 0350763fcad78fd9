SELECT h.commune_code, s.state, h.reasons, s.decided_by_run
FROM ledger.hold AS h
JOIN ledger.hold_state AS s ON s.run_id = h.run_id AND s.commune_code = h.commune_code
WHERE h.run_id = %(run_id)s
ORDER BY h.commune_code
