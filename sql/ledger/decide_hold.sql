UPDATE ledger.hold_state
SET state = %(state)s, decided_by_run = %(decided_by_run)s, updated_at = clock_timestamp()
WHERE run_id = %(run_id)s
  AND commune_code = ANY (%(communes)s::text[])
  AND state = 'open'
