-- Which parcel of before, in one province, is which of now, in another one.
-- An id proposes, unless land lies elsewhere or a parcel at home has it on; the same land proposes by itself, where it is one parcel on both
-- sides. The parcel of before has ended, or has the id that is withheld from one which is news in its commune. Not what became of a parcel
-- at home, and not twice: a parcel that was handed over is so again only after it came back, whatever a person said of it.
CREATE TEMP TABLE hand_over_pair ON COMMIT DROP AS
WITH met AS (
    SELECT claim.province_code AS parent_code, claim.parcel_uid AS parent_uid, %(province)s AS child_code, o.parcel_uid AS child_uid,
           true AS by_id, o.withheld AND o.known_before AS may_live, NULL::timestamptz AS had_until
    FROM hand_over_own AS o
    JOIN land.national_id_claim AS claim ON claim.national_id = o.national_id AND claim.province_code <> %(province)s
    WHERE o.began
    UNION ALL
    SELECT claim.last_province_code, a.parcel_uid, %(province)s, o.parcel_uid, true, false, a.recorded_to
    FROM hand_over_own AS o
    JOIN land.national_id_claim AS claim ON claim.national_id = o.national_id AND claim.last_province_code <> %(province)s
     AND (claim.parcel_uid IS NULL OR claim.province_code = %(province)s)
    CROSS JOIN LATERAL (
        SELECT x.parcel_uid, x.recorded_to
        FROM land.parcel_alias AS x
        WHERE x.province_code = claim.last_province_code AND x.alias_kind = 'national_id' AND x.alias_value = o.national_id
          AND x.recorded_to IS NOT NULL
        OFFSET 0
    ) AS a
    WHERE o.began
    UNION ALL
    SELECT %(province)s, o.parcel_uid, w.province_code, w.parcel_uid, true, false, NULL
    FROM hand_over_own AS o
    JOIN land.national_id_claim AS claim ON claim.national_id = o.national_id AND claim.parcel_uid IS NULL
    JOIN land.withheld_id AS w ON w.national_id = o.national_id AND w.province_code <> %(province)s
    WHERE NOT o.began
    UNION ALL
    SELECT %(province)s, o.parcel_uid, claim.province_code, claim.parcel_uid, true, false, NULL
    FROM hand_over_own AS o
    JOIN land.national_id_claim AS claim ON claim.national_id = o.national_id AND claim.province_code <> %(province)s
    WHERE NOT o.began
    UNION ALL
    SELECT n.province_code, was.parcel_uid, %(province)s, o.parcel_uid, false, false, NULL
    FROM hand_over_own AS o
    JOIN hand_over_near AS n ON n.commune_code = o.commune_code
    CROSS JOIN LATERAL (
        SELECT v.parcel_uid
        FROM land.parcel_version AS v
        WHERE v.province_code = n.province_code AND v.geom && o.geom AND v.closed_because = 'ended' AND v.late_row = 0
          AND land.common_share(v.geom, o.geom) >= %(same_land_share)s
        OFFSET 0
    ) AS was
    WHERE o.began
    UNION ALL
    SELECT %(province)s, o.parcel_uid, n.province_code, lives.parcel_uid, false, false, NULL
    FROM hand_over_own AS o
    JOIN hand_over_near AS n ON n.commune_code = o.commune_code
    CROSS JOIN LATERAL (
        SELECT p.parcel_uid
        FROM land.parcel AS p
        WHERE p.province_code = n.province_code AND p.geom && o.geom AND land.common_share(p.geom, o.geom) >= %(same_land_share)s
        OFFSET 0
    ) AS lives
    WHERE NOT o.began
), pair AS (
    SELECT m.parent_code, m.parent_uid, m.child_code, m.child_uid, bool_or(m.may_live) AS may_live,
           bool_or(m.by_id AND m.had_until IS NULL) AS by_id, max(m.had_until) AS had_until
    FROM met AS m
    GROUP BY m.parent_code, m.parent_uid, m.child_code, m.child_uid
), side AS MATERIALIZED (
    SELECT m.parent_code, m.parent_uid, m.child_code, m.child_uid, before.recorded_from AS parent_from, before.recorded_to AS parent_to,
           before.area_m2 AS parent_m2, now.commune_code, now.recorded_from AS child_from, now.area_m2 AS child_m2, began.at AS began_at,
           m.may_live, m.by_id OR coalesce(m.had_until = before.recorded_to, false) AS by_id,
           common.area / nullif(ST_Area(before.geom), 0) AS share_of_parent,
           common.area / nullif(ST_Area(now.geom), 0) AS share_of_child
    FROM pair AS m
    CROSS JOIN LATERAL (
        SELECT x.recorded_from, x.recorded_to, x.geom, x.area_m2
        FROM (SELECT p.recorded_from, NULL::timestamptz AS recorded_to, p.geom, p.area_m2
              FROM land.parcel AS p
              WHERE p.province_code = m.parent_code AND p.parcel_uid = m.parent_uid
              UNION ALL
              SELECT v.recorded_from, v.recorded_to, v.geom, v.area_m2
              FROM land.parcel_version AS v
              WHERE v.province_code = m.parent_code AND v.parcel_uid = m.parent_uid AND v.closed_because = 'ended' AND v.late_row = 0) AS x
        ORDER BY x.recorded_to DESC NULLS FIRST
        LIMIT 1
    ) AS before
    JOIN land.parcel AS now ON now.province_code = m.child_code AND now.parcel_uid = m.child_uid
    CROSS JOIN LATERAL (
        SELECT coalesce(min(v.recorded_from), now.recorded_from) AS at
        FROM land.parcel_version AS v
        WHERE v.province_code = m.child_code AND v.parcel_uid = m.child_uid AND v.late_row = 0
          AND v.recorded_from >= coalesce((SELECT max(x.recorded_to)
                                           FROM land.parcel_version AS x
                                           WHERE x.province_code = m.child_code AND x.parcel_uid = m.child_uid
                                             AND x.closed_because = 'ended' AND x.late_row = 0), '-infinity')
    ) AS began
    CROSS JOIN LATERAL (
        SELECT CASE WHEN before.geom && now.geom THEN ST_Area(ST_Intersection(before.geom, now.geom))
                    WHEN before.geom IS NOT NULL AND now.geom IS NOT NULL THEN 0 END AS area
        OFFSET 0
    ) AS common
), likely AS (
    SELECT s.*,
           coalesce(least(s.share_of_parent, s.share_of_child) >= %(same_land_share)s, false) AS by_land
    FROM side AS s
    WHERE (s.parent_to IS NOT NULL OR s.may_live)
      AND (s.by_id AND coalesce(greatest(s.share_of_parent, s.share_of_child) >= %(apart_share)s, true)
           OR least(s.share_of_parent, s.share_of_child) >= %(same_land_share)s)
), handed AS (
    SELECT l.parent_uid, l.child_uid, e.state, e.recorded_at,
           EXISTS (SELECT FROM land.parcel AS p WHERE p.province_code = l.province_code AND p.parcel_uid = l.child_uid) AS child_lives
    FROM (SELECT y.parent_uid AS uid FROM likely AS y UNION SELECT y.child_uid FROM likely AS y) AS one
    CROSS JOIN LATERAL (
        SELECT x.event_id, x.province_code, x.parent_uid, x.child_uid FROM land.lineage_edge AS x WHERE x.parent_uid = one.uid
        UNION ALL
        SELECT x.event_id, x.province_code, x.parent_uid, x.child_uid FROM land.lineage_edge AS x WHERE x.child_uid = one.uid
    ) AS l
    JOIN analyst.lineage_event AS e ON e.event_id = l.event_id AND e.kind = 'hand_over'
), news AS (
    SELECT y.*
    FROM likely AS y
    CROSS JOIN LATERAL (
        SELECT coalesce(max(h.recorded_at) FILTER (WHERE h.child_uid = y.parent_uid), '-infinity') AS received,
               coalesce(max(h.recorded_at) FILTER (WHERE h.parent_uid = y.child_uid), '-infinity') AS given
        FROM handed AS h
        WHERE h.state <> 'refused'
    ) AS last
    WHERE y.began_at > last.given
      AND (y.parent_to IS NOT NULL
           OR NOT EXISTS (SELECT FROM handed AS h
                          WHERE (h.parent_uid, h.child_uid) IN ((y.parent_uid, y.child_uid), (y.child_uid, y.parent_uid))))
      AND NOT EXISTS (
          SELECT FROM handed AS h
          WHERE h.parent_uid = y.parent_uid AND h.recorded_at > last.received
            AND (h.child_uid = y.child_uid OR h.state = 'confirmed' OR h.state <> 'refused' AND h.child_lives))
      AND NOT EXISTS (
          SELECT FROM handed AS h
          WHERE h.child_uid = y.child_uid AND h.recorded_at > last.given AND h.state <> 'refused')
      AND NOT EXISTS (
          SELECT
          FROM land.lineage_edge AS l
          JOIN analyst.lineage_event AS e ON e.event_id = l.event_id AND e.from_province_code IS NULL AND e.state <> 'refused'
          WHERE l.parent_uid = y.parent_uid AND l.child_uid <> l.parent_uid AND e.recorded_at >= y.parent_to)
      AND NOT EXISTS (
          SELECT
          FROM land.lineage_edge AS l
          JOIN analyst.lineage_event AS e ON e.event_id = l.event_id AND e.from_province_code IS NULL AND e.state <> 'refused'
          WHERE l.child_uid = y.child_uid AND l.child_uid <> l.parent_uid AND l.child_recorded_from = y.began_at)
), placed AS (
    SELECT n.*,
           row_number() OVER (PARTITION BY n.parent_uid ORDER BY n.by_id DESC, n.share_of_parent DESC NULLS LAST, n.child_uid) AS of_parent,
           row_number() OVER (PARTITION BY n.child_uid ORDER BY n.by_id DESC, n.share_of_child DESC NULLS LAST, n.parent_uid) AS of_child,
           count(*) OVER (PARTITION BY n.parent_uid) AS children,
           count(*) OVER (PARTITION BY n.child_uid) AS parents
    FROM news AS n
)
SELECT gen_random_uuid() AS event_id, p.parent_code, p.parent_uid, p.parent_from, p.parent_to, p.parent_m2, p.child_code, p.child_uid,
       p.child_from, p.child_m2, p.commune_code, p.by_id, p.by_land,
       least(1, coalesce(p.share_of_parent, 0)) AS share_of_parent, least(1, coalesce(p.share_of_child, 0)) AS share_of_child
FROM placed AS p
WHERE p.of_parent = 1
  AND p.of_child = 1
  AND (p.by_id OR p.children = 1 AND p.parents = 1)
