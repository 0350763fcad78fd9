-- Each group that hangs together by what is declared is an event. Where a proposal says the same, the same parcels from the same ones, a
-- further row declares it; an event that was decided in this merge is left as it is. Where one says something else of the same
-- land, both stand, and the declared one names the other.
WITH part AS MATERIALIZED (
    SELECT e.part, gen_random_uuid() AS event_id, min(e.commune_code) AS commune_code,
           array_agg(e.parent_uid || '>' || e.child_uid ORDER BY e.parent_uid, e.child_uid) AS pairs,
           count(*) FILTER (WHERE e.share_of_parent = 0) AS without_land,
           min(least(e.share_of_parent, e.share_of_child)) AS least_share
    FROM declared_edge AS e
    GROUP BY e.part
), beside AS MATERIALIZED (
    SELECT DISTINCT d.part, l.event_id
    FROM declared_edge AS d
    JOIN land.lineage_edge AS l ON l.parent_uid = d.parent_uid AND l.child_uid = d.child_uid
    JOIN analyst.lineage_event AS e ON e.event_id = l.event_id AND (e.state = 'proposed' OR e.run_id = %(run_id)s)
    UNION
    SELECT DISTINCT d.part, l.event_id -- what was proposed of the land of these children otherwise
    FROM declared_edge AS d
    JOIN land.lineage_edge AS l ON l.child_uid = d.child_uid AND l.child_recorded_from = d.child_from AND l.parent_uid <> l.child_uid
    JOIN analyst.lineage_event AS e ON e.event_id = l.event_id AND (e.state = 'proposed' OR e.run_id = %(run_id)s)
), told AS MATERIALIZED (
    SELECT b.part, b.event_id, e.state,
           array_agg(l.parent_uid || '>' || l.child_uid ORDER BY l.parent_uid, l.child_uid) AS pairs
    FROM beside AS b
    JOIN analyst.lineage_event AS e ON e.event_id = b.event_id
    JOIN land.lineage_edge AS l ON l.event_id = b.event_id AND l.parent_uid <> l.child_uid
    GROUP BY b.part, b.event_id, e.state
), same AS (
    SELECT DISTINCT ON (p.part) p.part, t.event_id, t.state
    FROM part AS p
    JOIN told AS t ON t.part = p.part AND t.pairs = p.pairs
    ORDER BY p.part, t.state = 'proposed' DESC, t.event_id
), agreed AS (
    INSERT INTO land.lineage_event (
        event_id, province_code, commune_code, kind, state, decides, decision_no, evidence, policy, recorded_at, run_id)
    SELECT gen_random_uuid(), e.province_code, e.commune_code, e.kind, 'declared', e.event_id,
           1 + (SELECT count(*) FROM land.lineage_event AS x WHERE x.decides = e.event_id),
           jsonb_build_object('from', 'declaration'), %(policy)s, clock_timestamp(), %(run_id)s
    FROM same AS s
    JOIN land.lineage_event AS e ON e.event_id = s.event_id
    WHERE s.state = 'proposed'
    RETURNING event_id
), side AS (
    SELECT x.part, bool_or(x.before) AS before, bool_or(x.after) AS after, x.uid,
           max(x.m2_before) AS m2_before, max(x.m2_after) AS m2_after
    FROM (
        SELECT d.part, true AS before, d.parent_lives AS after, d.parent_uid AS uid, d.parent_m2 AS m2_before,
               (SELECT a.area_m2 FROM land.parcel AS a WHERE a.province_code = %(province)s AND a.parcel_uid = d.parent_uid) AS m2_after
        FROM declared_edge AS d
        UNION ALL
        SELECT d.part, d.child_lived, true, d.child_uid,
               (SELECT b.area_m2 FROM land.parcel_version AS b
                WHERE b.province_code = %(province)s AND b.parcel_uid = d.child_uid AND b.recorded_from < d.child_from
                ORDER BY b.recorded_from DESC LIMIT 1),
               d.child_m2
        FROM declared_edge AS d
    ) AS x
    GROUP BY x.part, x.uid
), size AS (
    SELECT s.part, count(*) FILTER (WHERE s.before) AS parents, count(*) FILTER (WHERE s.after) AS children,
           count(*) FILTER (WHERE NOT s.after) AS ended, count(*) FILTER (WHERE NOT s.before) AS begun,
           sum(s.m2_before) FILTER (WHERE s.before) AS before_m2, sum(s.m2_after) FILTER (WHERE s.after) AS after_m2
    FROM side AS s
    GROUP BY s.part
), fresh AS MATERIALIZED (
    SELECT p.part, p.event_id, p.commune_code, p.least_share, p.without_land, z.parents, z.children, z.ended, z.begun, z.before_m2, z.after_m2,
           (SELECT array_agg(DISTINCT t.event_id ORDER BY t.event_id) FROM told AS t WHERE t.part = p.part) AS differs_from,
           (SELECT array_agg(DISTINCT n.value ORDER BY n.value)
            FROM declared_edge AS d
            JOIN declared_name AS n ON n.child_uid = d.child_uid AND n.parent_uid IS NULL
            WHERE d.part = p.part) AS not_found
    FROM part AS p
    JOIN size AS z ON z.part = p.part
    WHERE NOT EXISTS (SELECT FROM same AS s WHERE s.part = p.part)
), event AS (
    INSERT INTO land.lineage_event (
        event_id, province_code, commune_code, kind, state, evidence, policy, recorded_at, run_id)
    SELECT f.event_id, %(province)s, f.commune_code,
           CASE WHEN f.ended = 0 AND f.begun = 0 THEN 'correction'
                WHEN f.parents = 1 AND f.children > 1 THEN 'split'
                WHEN f.parents > 1 AND f.children = 1 THEN 'merge'
                WHEN f.parents > 1 THEN 'reallocation'
                WHEN f.least_share < %(same_land_share)s THEN 'replaced'
                ELSE 'renumber' END,
           'declared',
           jsonb_strip_nulls(jsonb_build_object(
               'from', 'declaration', 'parents', f.parents, 'children', f.children, 'ended', f.ended, 'begun', f.begun,
               'area_before_m2', f.before_m2, 'area_after_m2', f.after_m2, 'without_land', nullif(f.without_land, 0),
               'differs_from', f.differs_from, 'not_found', f.not_found)),
           %(policy)s, %(now)s, %(run_id)s
    FROM fresh AS f
), edge AS (
    INSERT INTO land.lineage_edge (
        event_id, province_code, parent_uid, parent_recorded_from, child_uid, child_recorded_from, share_of_parent, share_of_child,
        area_m2)
    SELECT f.event_id, %(province)s, d.parent_uid, d.parent_from, d.child_uid, d.child_from, d.share_of_parent, d.share_of_child,
           d.share_of_child * coalesce(d.child_m2, 0)
    FROM declared_edge AS d
    JOIN fresh AS f ON f.part = d.part
)
SELECT (SELECT count(*) FROM fresh)::integer AS lineage_declared,
       (SELECT count(*) FROM agreed)::integer AS lineage_agreed,
       (SELECT count(*) FROM fresh AS f WHERE f.differs_from IS NOT NULL)::integer AS lineage_differs,
       (SELECT count(*) FROM fresh AS f WHERE f.without_land > 0)::integer AS lineage_without_land,
       (SELECT count(DISTINCT n.child_uid) FROM declared_name AS n WHERE n.parent_uid IS NULL)::integer AS predecessors_unknown
