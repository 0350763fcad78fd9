-- A further row for each event, as its next decision. Where somebody else has just written that one, nothing is written: the
-- caller counts.
INSERT INTO land.lineage_event (
    event_id, province_code, commune_code, kind, state, decides, decision_no, legal_date, evidence, decided_by, role, document,
    reason, db_login, policy, recorded_at, run_id)
SELECT gen_random_uuid(), e.province_code, e.commune_code, e.kind, %(state)s, e.event_id,
       1 + (SELECT count(*) FROM land.lineage_event AS x WHERE x.decides = e.event_id),
       %(legal_date)s, jsonb_build_object('from', 'decision'), %(actor)s, asked.role, %(document)s, %(reason)s, session_user,
       %(policy)s, clock_timestamp(), e.run_id
FROM unnest(%(ids)s::uuid[], %(roles)s::text[]) AS asked (event_id, role)
JOIN land.lineage_event AS e ON e.event_id = asked.event_id
ORDER BY e.event_id
ON CONFLICT (decides, decision_no) WHERE decides IS NOT NULL DO NOTHING
