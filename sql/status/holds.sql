SELECT s.province_code, s.run_id, s.commune_code, h.reasons, h.held_at,
       ARRAY(SELECT DISTINCT a.actor
             FROM ledger.approval AS a
             WHERE a.run_id = s.run_id AND a.waits AND s.commune_code = ANY (a.communes)) AS said_yes,
       coalesce((SELECT jsonb_object_agg(a.actor, land.read_as(a.reading, h.reasons) ORDER BY a.approval_id)
                 FROM ledger.approval AS a
                 WHERE a.run_id = s.run_id AND a.waits AND s.commune_code = ANY (a.communes)
                   AND land.read_as(a.reading, h.reasons) IS NOT NULL), '{}') AS yes_as
FROM ledger.hold_state AS s
JOIN ledger.hold AS h ON h.run_id = s.run_id AND h.commune_code = s.commune_code
WHERE s.state = 'open'
  AND (%(province)s::text IS NULL OR s.province_code = %(province)s)
ORDER BY s.province_code, s.run_id, s.commune_code
