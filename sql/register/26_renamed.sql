-- Missing cases that were found under another name of the same rows: a key, an id, an old commune, a map set or a scale
-- became known or unknown. The same check, the same communes, the same rows; and only one finding fits the case, and only
-- one case the finding.
INSERT INTO register_renamed (before, finding_id)
WITH side AS (
    SELECT m.finding_id, true AS missing, m.check_code, m.commune_code, m.other_commune_code, m.names, m.other_names
    FROM register_missing AS m
    WHERE NOT m.dropped
    UNION ALL
    SELECT f.finding_id, false, f.check_code, f.commune_code, f.other_commune_code, f.names, f.other_names
    FROM register_found AS f
    WHERE NOT EXISTS (SELECT FROM ledger.finding_case AS c WHERE c.finding_id = f.finding_id)
      AND NOT EXISTS (SELECT FROM register_renamed AS r WHERE r.finding_id = f.finding_id)
), about AS (
    SELECT s.finding_id, s.missing, s.check_code, s.commune_code, s.other_commune_code,
           array_agg(coalesce(r.row_no::text, n.name) ORDER BY coalesce(r.row_no::text, n.name) COLLATE "C") AS rows
    FROM side AS s
    CROSS JOIN LATERAL (
        SELECT s.commune_code, u.name FROM unnest(s.names) AS u (name)
        UNION ALL
        SELECT s.other_commune_code, u.name FROM unnest(s.other_names) AS u (name)
    ) AS n
    LEFT JOIN register_row AS r ON r.commune_code = n.commune_code AND r.name = n.name
    GROUP BY s.finding_id, s.missing, s.check_code, s.commune_code, s.other_commune_code
), pair AS (
    SELECT a.finding_id AS before, b.finding_id,
           count(*) OVER (PARTITION BY a.finding_id) AS findings, count(*) OVER (PARTITION BY b.finding_id) AS cases
    FROM about AS a
    JOIN about AS b
      ON b.check_code = a.check_code AND b.rows = a.rows AND b.commune_code = a.commune_code
     AND b.other_commune_code IS NOT DISTINCT FROM a.other_commune_code
    WHERE a.missing AND NOT b.missing
)
SELECT p.before, p.finding_id
FROM pair AS p
WHERE p.findings = 1
  AND p.cases = 1
