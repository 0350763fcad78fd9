-- Each group becomes an event that is proposed: what ended and began, or only a strip between neighbours that stay.
-- It changes no identity. Only where a person said that the land is right, parcels that took each other's place exchanged it. Areas are those that were computed in the zone of each delivery.
WITH part AS MATERIALIZED (
    SELECT o.part, gen_random_uuid() AS event_id, min(o.commune_code) AS commune_code,
           count(DISTINCT o.parent_uid) AS parents, count(DISTINCT o.child_uid) AS children,
           count(DISTINCT o.parent_uid) FILTER (WHERE o.ended) AS ended,
           count(DISTINCT o.child_uid) FILTER (WHERE o.is_new) AS begun,
           bool_or(o.renumbered) AS renumbered,
           bool_and(o.moved) AS moved,
           min(least(o.share_of_parent, o.share_of_child)) AS least_share
    FROM merge_overlap AS o
    GROUP BY o.part
    HAVING bool_or(o.parent_uid <> o.child_uid)
), area AS (
    SELECT x.part, sum(x.area_m2) FILTER (WHERE x.before) AS before_m2, sum(x.area_m2) FILTER (WHERE NOT x.before) AS after_m2
    FROM (SELECT DISTINCT o.part, true AS before, o.parent_uid AS uid, o.parent_m2 AS area_m2 FROM merge_overlap AS o
          UNION ALL
          SELECT DISTINCT o.part, false, o.child_uid, o.child_m2 FROM merge_overlap AS o) AS x
    GROUP BY x.part
), event AS (
    INSERT INTO land.lineage_event (
        event_id, province_code, commune_code, kind, state, legal_date, evidence, decided_by, policy, recorded_at, run_id)
    SELECT p.event_id, %(province)s, p.commune_code,
           CASE WHEN p.moved THEN 'exchange'
                WHEN p.ended = 0 AND p.begun = 0 THEN 'correction'
                WHEN p.parents = 1 AND p.children > 1 THEN 'split'
                WHEN p.parents > 1 AND p.children = 1 THEN 'merge'
                WHEN p.parents > 1 THEN 'reallocation'
                WHEN p.least_share < %(same_land_share)s THEN 'replaced'
                WHEN p.renumbered THEN 'renumber'
                ELSE 'rekey' END,
           CASE WHEN p.moved THEN 'confirmed' ELSE 'proposed' END, NULL,
           jsonb_build_object('from', 'overlap', 'parents', p.parents, 'children', p.children, 'ended', p.ended, 'begun', p.begun,
                              'area_before_m2', a.before_m2, 'area_after_m2', a.after_m2),
           CASE WHEN p.moved THEN (SELECT r.actor FROM ledger.run AS r WHERE r.run_id = %(run_id)s) END,
           %(policy)s, %(now)s, %(run_id)s
    FROM part AS p
    JOIN area AS a ON a.part = p.part
)
INSERT INTO land.lineage_edge (
    event_id, province_code, parent_uid, parent_recorded_from, child_uid, child_recorded_from, share_of_parent, share_of_child,
    area_m2)
SELECT p.event_id, %(province)s, o.parent_uid, o.recorded_from, o.child_uid, %(now)s, o.share_of_parent, o.share_of_child,
       o.share_of_child * o.child_m2
FROM merge_overlap AS o
JOIN part AS p ON p.part = o.part
