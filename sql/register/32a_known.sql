-- The cases that are found as they were in communes that were passed over: open, and nothing else is new of them. At a seam, where that
-- was judged as it is live.
WITH told AS MATERIALIZED (
    SELECT DISTINCT f.finding_id
    FROM merge_finding AS f
    LEFT JOIN register_seam AS s ON s.commune_code = f.commune_code AND s.other_commune_code = f.other_commune_code
    WHERE f.known
      AND f.commune_code = ANY (%(live)s::text[])
      AND (f.other_commune_code IS NULL OR s.commune_code IS NOT NULL)
), known AS (
    INSERT INTO register_change (finding_id, before, state, because, severity, told)
    SELECT c.finding_id, c.state, 'open', 'found', c.severity, false
    FROM told AS t
    JOIN ledger.finding_case AS c ON c.finding_id = t.finding_id
    WHERE c.state IN ('new', 'open', 'returned')
    RETURNING finding_id, before
)
UPDATE ledger.finding_case AS c
SET state = 'open', state_since = %(now)s, state_run_id = %(run_id)s
FROM known AS k
WHERE c.finding_id = k.finding_id
  AND k.before <> 'open'
