-- How many cases of each state the run leaves, of the whole run (NULL) and of each commune; one at a seam counts for
-- both sides. `waiting`: found in what did not go live, and so on no register yet.
WITH told AS (
    SELECT x.finding_id, c.commune_code, c.other_commune_code,
           CASE WHEN x.state IN ('new', 'open', 'returned') AND c.excused_until >= %(as_of)s::date AND NOT c.quarantines
                THEN 'accepted' ELSE x.state END AS state
    FROM register_change AS x
    JOIN ledger.finding_case AS c ON c.finding_id = x.finding_id
    UNION ALL
    SELECT DISTINCT ON (f.finding_id) f.finding_id, f.commune_code, f.other_commune_code, 'waiting'
    FROM merge_finding AS f
    LEFT JOIN register_change AS known ON known.finding_id = f.finding_id AND f.known
    WHERE NOT EXISTS (SELECT FROM register_found AS x WHERE x.finding_id = f.finding_id)
      AND known.finding_id IS NULL
    ORDER BY finding_id, commune_code
)
SELECT NULL::text AS commune_code, t.state, count(*) AS cases
FROM told AS t
GROUP BY t.state
UNION ALL
SELECT side.commune_code, t.state, count(*)
FROM told AS t
CROSS JOIN LATERAL (VALUES (t.commune_code), (t.other_commune_code)) AS side (commune_code)
WHERE side.commune_code = ANY (%(delivered)s::text[] || %(communes)s::text[])
GROUP BY side.commune_code, t.state
