INSERT INTO ledger.hold_state (run_id, commune_code, province_code, state, updated_at)
SELECT h.run_id, h.commune_code, h.province_code, 'open', h.held_at
FROM ledger.hold AS h
WHERE h.run_id = %(run_id)s
