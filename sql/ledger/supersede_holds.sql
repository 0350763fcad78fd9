-- A newer delivery of the commune has been judged: what was held of older ones can no longer be approved.
UPDATE ledger.hold_state
SET state = 'superseded', decided_by_run = %(run_id)s, updated_at = %(now)s
WHERE province_code = %(province)s
  AND state = 'open'
  AND run_id <> %(run_id)s
  AND run_id IS DISTINCT FROM %(parent_run_id)s
  AND commune_code = ANY (%(communes)s::text[])
