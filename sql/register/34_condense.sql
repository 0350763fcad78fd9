-- The cases of rows that are told of their commune now: retired with the run that did so, without an event of each (the
-- case of the commune has one). That case is as old as the oldest of them.
WITH retired AS (
    UPDATE ledger.finding_case AS c
    SET state = 'retired', state_since = %(now)s, state_run_id = %(run_id)s
    FROM register_condensed AS x
    WHERE c.finding_id = x.finding_id
), oldest AS (
    SELECT DISTINCT ON (x.whole_id) x.whole_id, x.first_seen_at, x.first_run_id
    FROM register_condensed AS x
    ORDER BY x.whole_id, x.first_seen_at, x.first_run_id
)
UPDATE ledger.finding_case AS c
SET first_seen_at = o.first_seen_at, first_run_id = o.first_run_id
FROM oldest AS o
WHERE c.finding_id = o.whole_id
  AND o.first_seen_at < c.first_seen_at
