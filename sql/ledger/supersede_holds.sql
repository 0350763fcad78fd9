-- A later delivery has been judged that speaks of these communes completely: what was held of earlier ones can no longer be
-- approved. What is held is earlier if it was extracted no later, or nobody says when: that never outranks what is dated. A
-- run never sets aside itself or what it applies.
UPDATE ledger.hold_state AS s
SET state = 'superseded', decided_by_run = %(run_id)s, updated_at = %(now)s
FROM ledger.run AS r
JOIN ledger.run_state AS t ON t.run_id = r.run_id
LEFT JOIN ledger.change_set AS c ON c.run_id = r.run_id
WHERE r.run_id = s.run_id
  AND s.province_code = %(province)s
  AND s.state = 'open'
  AND s.run_id <> %(run_id)s
  AND s.run_id IS DISTINCT FROM %(parent_run_id)s
  AND s.commune_code = ANY (%(speaks_of)s::text[])
  AND coalesce(c.observed_at, t.extracted_at, '-infinity') <= %(observed_at)s::timestamptz
