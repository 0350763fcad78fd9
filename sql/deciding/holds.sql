-- What a run holds or held, in parcels, who of those named now has said yes to it with the same moment and in the same reading, who
-- otherwise, and how many let it go. Of a person the last yes counts.
-- A commune that is held as a whole may lose every parcel that lives there: it counts as the larger of the two. Of a commune of which
-- some rows wait, and of a change set, the rows count.
WITH yes AS (
    SELECT DISTINCT ON (h.commune_code, a.actor) h.commune_code, a.actor, a.stated_at, land.read_as(a.reading, h.reasons) AS reading,
           land.read_as(%(reading)s, h.reasons) AS asked
    FROM ledger.hold AS h
    JOIN ledger.approval AS a ON a.run_id = h.run_id AND a.decision = 'approve' AND h.commune_code = ANY (a.communes)
    WHERE h.run_id = %(run_id)s
    ORDER BY h.commune_code, a.actor, a.approval_id DESC
), said AS (
    SELECT y.commune_code,
           array_agg(y.actor ORDER BY y.actor) FILTER (WHERE y.same) AS said_yes,
           array_agg(y.actor ORDER BY y.actor) FILTER (WHERE NOT y.same) AS said_otherwise
    FROM (
        SELECT y.commune_code, y.actor,
               y.stated_at IS NOT DISTINCT FROM %(stated_at)s::timestamptz AND y.reading IS NOT DISTINCT FROM y.asked AS same
        FROM yes AS y
        WHERE (SELECT d.decision
               FROM ledger.decider AS d
               WHERE d.actor = y.actor AND d.role = 'centre'
               ORDER BY d.decider_id DESC
               LIMIT 1) = 'name'
    ) AS y
    GROUP BY y.commune_code
)
SELECT s.commune_code, s.state,
       CASE WHEN v.decision = 'hold' AND c.run_id IS NULL THEN greatest(l.held, l.current_before) ELSE l.held END AS parcels,
       coalesce(said.said_yes, '{}') AS said_yes,
       coalesce(said.said_otherwise, '{}') AS said_otherwise,
       (SELECT count(*)
        FROM yes AS y
        JOIN ledger.run AS done ON done.run_id = s.decided_by_run
        JOIN ledger.hold AS h ON h.run_id = s.run_id AND h.commune_code = s.commune_code
        WHERE y.commune_code = s.commune_code
          AND y.stated_at IS NOT DISTINCT FROM done.stated_at
          AND y.reading IS NOT DISTINCT FROM land.read_as(done.reading, h.reasons)) AS persons
FROM ledger.hold_state AS s
LEFT JOIN ledger.receipt_line AS l ON l.run_id = s.run_id AND l.commune_code = s.commune_code
LEFT JOIN ledger.dataset_verdict AS v ON v.run_id = s.run_id AND v.commune_code = s.commune_code
LEFT JOIN ledger.change_set AS c ON c.run_id = %(judged_by)s
LEFT JOIN said ON said.commune_code = s.commune_code
WHERE s.run_id = %(run_id)s
ORDER BY s.commune_code
