-- Open cases that the run could have found and did not: their check ran in their commune, or at their seam as it is
-- live. `whole` and `other_whole` are NULL for a side that was not delivered. What only change sets are checked for is
-- answered by a snapshot of the whole commune too. A check that no longer exists can find nothing: its cases are retired.
CREATE TEMP TABLE register_missing ON COMMIT DROP AS
SELECT c.finding_id, c.check_code, c.severity, c.quarantines, c.commune_code, c.other_commune_code, c.names, c.other_names,
       a.whole, b.whole AS other_whole,
       c.check_code <> ALL (%(catalogue)s::text[]) AS dropped,
       c.check_code = ANY (%(of_changes)s::text[]) AS of_changes
FROM ledger.finding_case AS c
LEFT JOIN register_looked AS a ON a.commune_code = c.commune_code
LEFT JOIN register_looked AS b ON b.commune_code = c.other_commune_code
WHERE c.state IN ('new', 'open', 'returned')
  AND (c.commune_code = ANY (%(communes)s::text[]) OR c.other_commune_code = ANY (%(communes)s::text[]))
  AND (c.commune_code <> '-' OR c.province_code = %(province)s)
  AND NOT EXISTS (SELECT FROM register_found AS f WHERE f.finding_id = c.finding_id)
  AND NOT EXISTS (SELECT FROM merge_finding AS f WHERE f.known AND f.finding_id = c.finding_id)
  AND NOT EXISTS (SELECT FROM register_condensed AS x WHERE x.finding_id = c.finding_id)
  AND NOT EXISTS (SELECT FROM register_renamed AS r WHERE r.before = c.finding_id)
  AND (c.check_code <> ALL (%(catalogue)s::text[])
       OR (a.commune_code IS NOT NULL
           AND c.check_code <> ALL (a.not_run)
           AND (%(changes)s OR a.whole OR c.check_code <> ALL (%(of_changes)s::text[]))
           AND (c.other_commune_code IS NULL
                OR EXISTS (SELECT FROM register_seam AS s
                           WHERE s.commune_code = c.commune_code AND s.other_commune_code = c.other_commune_code)))
       OR (b.commune_code IS NOT NULL
           AND c.check_code <> ALL (b.not_run)
           AND (%(changes)s OR b.whole OR c.check_code <> ALL (%(of_changes)s::text[]))
           AND EXISTS (SELECT FROM register_seam AS s
                       WHERE s.commune_code = c.other_commune_code AND s.other_commune_code = c.commune_code)))
