-- The cases that are found as they were in communes that were passed over: open, and nothing else is new of them.
WITH known AS (
    INSERT INTO register_change (finding_id, before, state, because, severity, told)
    SELECT c.finding_id, c.state, 'open', 'found', c.severity, false
    FROM ledger.finding_case AS c
    WHERE c.finding_id IN (SELECT f.finding_id FROM merge_finding AS f WHERE f.known)
    RETURNING finding_id, before
)
UPDATE ledger.finding_case AS c
SET state = 'open', state_since = %(now)s, state_run_id = %(run_id)s
FROM known AS k
WHERE c.finding_id = k.finding_id
  AND k.before <> 'open'
