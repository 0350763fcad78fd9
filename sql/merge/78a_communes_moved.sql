-- What a person let pass from one commune to another is an event: a merger of communes, or a boundary that moved.
-- One for each commune that gave to each that took, with counts. A merger where nothing is left in the one that gave. No edges:
-- the land is what it was.
INSERT INTO land.lineage_event (
    event_id, province_code, commune_code, kind, state, legal_date, evidence, decided_by, policy, recorded_at, run_id)
SELECT gen_random_uuid(), %(province)s, moved.target,
       CASE WHEN left_in.parcels = 0 THEN 'admin_merge' ELSE 'correction' END, 'confirmed', NULL,
       jsonb_build_object('from', 'approval', 'origin', moved.origin, 'target', moved.target, 'parcels', moved.parcels,
                          'parcels_before', c.current_before, 'left', left_in.parcels,
                          'reason', said.reason, 'held_by_run', said.parent_run_id),
       coalesce(said.actor, (SELECT own.actor FROM ledger.run AS own WHERE own.run_id = %(run_id)s)),
       %(policy)s, %(now)s, %(run_id)s
FROM (
    SELECT r.moved_from AS origin, r.commune_code AS target, count(*) AS parcels
    FROM merge_result AS r
    JOIN merge_movement AS w ON w.row_no = r.row_no
    WHERE r.moved_from IS NOT NULL
    GROUP BY r.moved_from, r.commune_code
) AS moved
JOIN merge_commune AS c ON c.commune_code = moved.origin
CROSS JOIN LATERAL (
    SELECT count(*) AS parcels
    FROM land.parcel AS p
    WHERE p.province_code = %(province)s AND p.commune_code = moved.origin
) AS left_in
LEFT JOIN (
    SELECT a.actor, a.reason, r.parent_run_id
    FROM ledger.run AS r
    JOIN ledger.approval AS a ON a.run_id = r.parent_run_id AND a.decision = 'approve'
    WHERE r.run_id = %(run_id)s
    ORDER BY a.decided_at DESC
    LIMIT 1
) AS said ON true
