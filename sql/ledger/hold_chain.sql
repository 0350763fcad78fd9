-- What took the place of what a run held of a commune, one line for each run of the chain, and when: the last one says how it
-- stands now. It has no state where nothing of it was held: it went live.
WITH RECURSIVE chain AS (
    SELECT s.decided_by_run AS run_id, s.updated_at AS since, 1 AS step
    FROM ledger.hold_state AS s
    WHERE s.run_id = %(run_id)s
      AND s.commune_code = %(commune)s
      AND s.state = 'superseded'
    UNION ALL
    SELECT s.decided_by_run, s.updated_at, c.step + 1
    FROM chain AS c
    JOIN ledger.hold_state AS s ON s.run_id = c.run_id
    WHERE s.commune_code = %(commune)s
      AND s.state = 'superseded'
)
SELECT c.run_id, c.since, now_at.state
FROM chain AS c
LEFT JOIN ledger.hold_state AS now_at ON now_at.run_id = c.run_id AND now_at.commune_code = %(commune)s
ORDER BY c.step
