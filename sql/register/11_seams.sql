-- The seams that were judged as they are live now, from the side of a commune that went live: its neighbour went live
-- by the same judgement and nothing came since, or was no part of the delivery and nothing came since the judgement
-- began. A neighbour that was judged together with it and is held says nothing about what is live. What was passed over is live as it was
-- judged.
CREATE TEMP TABLE register_seam ON COMMIT DROP AS
WITH RECURSIVE family AS (
    SELECT %(judged_by)s::text AS run_id
    UNION
    SELECT r.run_id
    FROM family AS f
    JOIN ledger.run AS r ON r.parent_run_id = f.run_id AND r.province_code = %(province)s
), pair AS (
    SELECT f.commune_code, f.other_commune_code
    FROM merge_finding AS f
    WHERE f.other_commune_code IS NOT NULL
    UNION
    SELECT c.commune_code, c.other_commune_code
    FROM ledger.finding_case AS c
    WHERE c.commune_code = ANY (%(live)s::text[])
      AND c.other_commune_code IS NOT NULL
      AND c.state IN ('new', 'open', 'returned')
    UNION
    SELECT c.other_commune_code, c.commune_code
    FROM ledger.finding_case AS c
    WHERE c.other_commune_code = ANY (%(live)s::text[])
      AND c.state IN ('new', 'open', 'returned')
), neighbour AS (
    SELECT o.other_commune_code AS commune_code,
           CASE WHEN o.other_commune_code = ANY (%(live)s::text[]) THEN 'infinity'
                WHEN NOT o.other_commune_code = ANY (%(delivered)s::text[]) THEN %(judged_at)s
                ELSE (SELECT max(g.recorded_at)
                      FROM family AS f
                      JOIN ledger.register_run AS g ON g.run_id = f.run_id
                      JOIN ledger.dataset_verdict AS v
                        ON v.run_id = f.run_id AND v.commune_code = o.other_commune_code AND v.decision = 'accept')
           END AS seen_at
    FROM (SELECT DISTINCT p.other_commune_code FROM pair AS p) AS o
)
SELECT p.commune_code, p.other_commune_code
FROM pair AS p
JOIN neighbour AS n ON n.commune_code = p.other_commune_code
WHERE p.commune_code = ANY (%(live)s::text[])
  AND n.seen_at IS NOT NULL
  AND NOT EXISTS (
      SELECT FROM ledger.register_run AS g
      JOIN ledger.receipt_line AS l ON l.run_id = g.run_id AND l.commune_code = p.other_commune_code
      WHERE g.recorded_at > n.seen_at
        AND g.run_id NOT IN (SELECT f.run_id FROM family AS f)
        AND l.new + l.changed + l.ended + l.ended_by_row + l.moved_in + l.moved_out > 0)
