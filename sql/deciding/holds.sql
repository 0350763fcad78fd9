-- What a run holds or held, in parcels, who of those named now has said yes to it with the same moment, and how many let it go.
-- A commune that is held as a whole may lose every parcel that lives there: it counts as the larger of the two. Of a commune of which
-- some rows wait, and of a change set, the rows count.
SELECT s.commune_code, s.state,
       CASE WHEN v.decision = 'hold' AND c.run_id IS NULL THEN greatest(l.held, l.current_before) ELSE l.held END AS parcels,
       ARRAY(SELECT DISTINCT a.actor
             FROM ledger.approval AS a
             WHERE a.run_id = s.run_id AND a.decision = 'approve' AND s.commune_code = ANY (a.communes)
               AND a.stated_at IS NOT DISTINCT FROM %(stated_at)s::timestamptz
               AND (SELECT d.decision
                    FROM ledger.decider AS d
                    WHERE d.actor = a.actor AND d.role = 'centre'
                    ORDER BY d.decider_id DESC
                    LIMIT 1) = 'name') AS said_yes,
       (SELECT count(DISTINCT a.actor)
        FROM ledger.approval AS a
        WHERE a.run_id = s.run_id AND a.decision = 'approve' AND s.commune_code = ANY (a.communes)) AS persons
FROM ledger.hold_state AS s
LEFT JOIN ledger.receipt_line AS l ON l.run_id = s.run_id AND l.commune_code = s.commune_code
LEFT JOIN ledger.dataset_verdict AS v ON v.run_id = s.run_id AND v.commune_code = s.commune_code
LEFT JOIN ledger.change_set AS c ON c.run_id = %(judged_by)s
WHERE s.run_id = %(run_id)s
ORDER BY s.commune_code
