-- The land of a named predecessor in the land of the row that names it, where no event says so already.
-- A delivery repeats every night what it once declared: it is news where nobody has declared or confirmed it, or where land went that way
-- in this merge. Then the child is as it is now; else as land was seen to go there, as it was when the predecessor ended, or as it
-- began. The predecessor is as it was before that.
CREATE TEMP TABLE declared_edge ON COMMIT DROP AS
WITH pair AS (
    SELECT DISTINCT n.parent_uid, n.child_uid, n.commune_code,
           o.share_of_parent, o.share_of_child,
           CASE WHEN r.is_new OR o.parent_uid IS NOT NULL THEN 'infinity'
                ELSE coalesce(seen.at, ended.at, CASE WHEN began.child > began.parent THEN began.child END, 'infinity') END AS at
    FROM declared_name AS n
    JOIN merge_result AS r ON r.parcel_uid = n.child_uid
    LEFT JOIN merge_overlap AS o ON o.parent_uid = n.parent_uid AND o.child_uid = n.child_uid
    CROSS JOIN LATERAL (
        SELECT max(l.child_recorded_from) AS at
        FROM land.lineage_edge AS l
        WHERE l.parent_uid = n.parent_uid AND l.child_uid = n.child_uid
    ) AS seen
    CROSS JOIN LATERAL (
        SELECT max(b.recorded_to) AS at
        FROM land.parcel_version AS b
        WHERE b.province_code = %(province)s AND b.parcel_uid = n.parent_uid
          AND NOT EXISTS (SELECT FROM land.parcel AS a WHERE a.province_code = %(province)s AND a.parcel_uid = n.parent_uid)
    ) AS ended
    CROSS JOIN LATERAL (
        SELECT min(b.recorded_from) FILTER (WHERE b.parcel_uid = n.parent_uid) AS parent,
               min(b.recorded_from) FILTER (WHERE b.parcel_uid = n.child_uid) AS child
        FROM (SELECT a.parcel_uid, a.recorded_from FROM land.parcel AS a
              WHERE a.province_code = %(province)s AND a.parcel_uid IN (n.parent_uid, n.child_uid)
              UNION ALL
              SELECT a.parcel_uid, a.recorded_from FROM land.parcel_version AS a
              WHERE a.province_code = %(province)s AND a.parcel_uid IN (n.parent_uid, n.child_uid)) AS b
    ) AS began
    WHERE n.parent_uid <> n.child_uid
      AND (o.parent_uid IS NOT NULL
           OR NOT EXISTS (
               SELECT
               FROM land.lineage_edge AS l
               JOIN analyst.lineage_event AS e ON e.event_id = l.event_id
               JOIN land.lineage_event AS own ON own.event_id = l.event_id
               WHERE l.parent_uid = n.parent_uid AND l.child_uid = n.child_uid
                 AND (e.state IN ('declared', 'confirmed')
                      OR own.state = 'declared'
                      OR EXISTS (SELECT FROM land.lineage_event AS x WHERE x.decides = e.event_id AND x.state = 'declared'))))
), child AS (
    SELECT p.parent_uid, p.child_uid, p.commune_code, p.share_of_parent, p.share_of_child, v.recorded_from, v.geom, v.area_m2,
           EXISTS (SELECT FROM land.parcel_version AS b
                   WHERE b.province_code = %(province)s AND b.parcel_uid = p.child_uid AND b.recorded_from < v.recorded_from) AS lived
    FROM pair AS p
    CROSS JOIN LATERAL (
        SELECT x.recorded_from, x.geom, x.area_m2
        FROM (SELECT c.recorded_from, c.geom, c.area_m2 FROM land.parcel AS c
              WHERE c.province_code = %(province)s AND c.parcel_uid = p.child_uid
              UNION ALL
              SELECT c.recorded_from, c.geom, c.area_m2 FROM land.parcel_version AS c
              WHERE c.province_code = %(province)s AND c.parcel_uid = p.child_uid) AS x
        ORDER BY CASE WHEN x.recorded_from <= p.at THEN x.recorded_from END DESC NULLS LAST, x.recorded_from
        LIMIT 1
    ) AS v
)
SELECT c.parent_uid, c.child_uid, c.commune_code, before.recorded_from AS parent_from, c.recorded_from AS child_from,
       before.area_m2 AS parent_m2, c.area_m2 AS child_m2, c.lived AS child_lived,
       EXISTS (SELECT FROM land.parcel AS a WHERE a.province_code = %(province)s AND a.parcel_uid = c.parent_uid) AS parent_lives,
       coalesce(c.share_of_parent, least(1, coalesce(common.area / nullif(ST_Area(before.geom), 0), 0))) AS share_of_parent,
       coalesce(c.share_of_child, least(1, coalesce(common.area / nullif(ST_Area(c.geom), 0), 0))) AS share_of_child,
       dense_rank() OVER (ORDER BY c.parent_uid) AS part
FROM child AS c
CROSS JOIN LATERAL (
    SELECT x.recorded_from, x.geom, x.area_m2
    FROM (SELECT b.recorded_from, b.geom, b.area_m2 FROM land.parcel AS b
          WHERE b.province_code = %(province)s AND b.parcel_uid = c.parent_uid AND b.recorded_from < c.recorded_from
          UNION ALL
          SELECT b.recorded_from, b.geom, b.area_m2 FROM land.parcel_version AS b
          WHERE b.province_code = %(province)s AND b.parcel_uid = c.parent_uid AND b.recorded_from < c.recorded_from) AS x
    ORDER BY x.recorded_from DESC
    LIMIT 1
) AS before
CROSS JOIN LATERAL (
    SELECT CASE WHEN before.geom && c.geom THEN ST_Area(ST_Intersection(before.geom, c.geom)) ELSE 0 END AS area OFFSET 0
) AS common
