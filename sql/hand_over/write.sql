-- Each of them is an event of the province that has the parcel now, with one edge. Its moment is that of this statement: one run after the
-- other looks, so a later event has a later one, whenever its run began.
WITH clock AS MATERIALIZED (
    SELECT clock_timestamp() AS now
), event AS (
    INSERT INTO land.lineage_event (
        event_id, province_code, from_province_code, commune_code, kind, state, evidence, policy, recorded_at, run_id)
    SELECT p.event_id, p.child_code, p.parent_code, p.commune_code, 'hand_over', 'proposed',
           jsonb_build_object(
               'from', 'provinces',
               'by', to_jsonb(array_remove(ARRAY[CASE WHEN p.by_id THEN 'id' END, CASE WHEN p.by_land THEN 'land' END], NULL)),
               'parents', 1, 'children', 1, 'ended', CASE WHEN p.parent_to IS NULL THEN 0 ELSE 1 END,
               'area_before_m2', p.parent_m2, 'area_after_m2', p.child_m2),
           %(policy)s, c.now, %(run_id)s
    FROM hand_over_pair AS p
    CROSS JOIN clock AS c
)
INSERT INTO land.lineage_edge (
    event_id, province_code, parent_uid, parent_recorded_from, child_uid, child_recorded_from, share_of_parent, share_of_child,
    area_m2)
SELECT p.event_id, p.child_code, p.parent_uid, p.parent_from, p.child_uid, p.child_from, p.share_of_parent, p.share_of_child,
       p.share_of_child * coalesce(p.child_m2, 0)
FROM hand_over_pair AS p
