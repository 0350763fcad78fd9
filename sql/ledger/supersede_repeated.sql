-- The same change set came again: what was held of it before is held, or applied, by this run. What is held of other
-- change sets waits on: they hold other changes. What this run applies of it was approved, not superseded.
UPDATE ledger.hold_state AS s
SET state = 'superseded', decided_by_run = %(run_id)s, updated_at = %(now)s
FROM ledger.change_set AS c
WHERE s.province_code = %(province)s
  AND s.state = 'open'
  AND s.run_id <> %(run_id)s
  AND c.run_id = s.run_id
  AND c.source_system = %(system)s
  AND (c.sequence = %(sequence)s OR (c.since = %(since)s AND c.until = %(until)s))
  AND NOT (s.run_id IS NOT DISTINCT FROM %(parent_run_id)s AND s.commune_code = ANY (%(communes)s::text[]))
