-- A newer delivery of the commune has been judged: what was held of older ones can no longer be approved. Newer by when it
-- was extracted: what nobody dated takes only the place of what nobody dated, and leaves it to any other. What is held of
-- a change set only where the snapshot holds the whole commune, and is the later of the two.
UPDATE ledger.hold_state
SET state = 'superseded', decided_by_run = %(run_id)s, updated_at = %(now)s
WHERE province_code = %(province)s
  AND state = 'open'
  AND run_id <> %(run_id)s
  AND run_id IS DISTINCT FROM %(parent_run_id)s
  AND commune_code = ANY (%(communes)s::text[])
  AND NOT EXISTS (SELECT FROM ledger.run_state AS held
                  WHERE held.run_id = hold_state.run_id
                    AND held.extracted_at > coalesce(%(observed_at)s::timestamptz, '-infinity'))
  AND NOT EXISTS (SELECT FROM ledger.change_set AS c
                  WHERE c.run_id = hold_state.run_id
                    AND (c.observed_at > %(observed_at)s::timestamptz OR NOT hold_state.commune_code = ANY (%(complete_for)s::text[])))
