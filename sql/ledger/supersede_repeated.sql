-- The same change set came again: what was held of it before, by whichever run brought or applied it, is held, or applied, by
-- this run. What is held of other change sets waits on: they hold other changes. What this run applies of it was approved, not superseded.
WITH RECURSIVE of_set AS (
    SELECT c.run_id
    FROM ledger.change_set AS c
    WHERE c.province_code = %(province)s
      AND c.source_system = %(system)s
      AND (c.sequence = %(sequence)s OR (c.since = %(since)s AND c.until = %(until)s))
    UNION
    SELECT r.run_id
    FROM of_set AS o
    JOIN ledger.run AS r ON r.parent_run_id = o.run_id
)
UPDATE ledger.hold_state AS s
SET state = 'superseded', decided_by_run = %(run_id)s, updated_at = %(now)s
FROM of_set AS o
WHERE s.province_code = %(province)s
  AND s.state = 'open'
  AND s.run_id <> %(run_id)s
  AND o.run_id = s.run_id
  AND NOT (s.run_id IS NOT DISTINCT FROM %(parent_run_id)s AND s.commune_code = ANY (%(communes)s::text[]))
