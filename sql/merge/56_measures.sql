-- What this delivery would do to each commune, in numbers that a limit can be held against.
-- Of communes that were live before and that nobody holds yet. What moves between the communes of a case is none of it.
-- `parcels`: how many of them; `amount` of `out_of`: parcels too, except for AREA (m²). ABSENT: declared complete, and no row of it
-- came; all that live there, also those that go on elsewhere. The first geometry of a parcel moves nothing. What is new or differs is
-- looked at, nothing else.
WITH commune AS (
    SELECT c.commune_code, c.valid_from, c.current_before, c.area_before
    FROM merge_commune AS c
    WHERE NOT c.held
      AND c.current_before > 0
      AND NOT c.commune_code = ANY (%(held_already)s::text[])
), balance AS (
    SELECT x.commune_code, sum(x.gained) AS gained, sum(x.lost) AS lost, sum(x.area) AS area, sum(x.touched) AS touched
    FROM (
        SELECT g.commune_code, 1 AS gained, 0 AS lost, g.area_after AS area, 1 AS touched
        FROM merge_changing AS g
        WHERE (g.is_new OR g.commune_before <> g.commune_code)
          AND NOT EXISTS (SELECT FROM merge_movement AS w WHERE w.row_no = g.row_no)
        UNION ALL
        SELECT g.commune_code, 0, 0, g.area_after - g.area_before, 1
        FROM merge_changing AS g
        WHERE g.commune_before = g.commune_code AND g.area_after <> g.area_before
        UNION ALL
        SELECT g.commune_before, 0, 1, -g.area_before, 1
        FROM merge_changing AS g
        WHERE g.commune_before <> g.commune_code
          AND NOT EXISTS (SELECT FROM merge_movement AS w WHERE w.row_no = g.row_no)
        UNION ALL
        SELECT e.commune_code, 0, 1, -e.area_m2, 1
        FROM merge_ending AS e
        WHERE NOT EXISTS (SELECT FROM merge_movement AS w WHERE w.parcel_uid = e.parcel_uid)
    ) AS x
    GROUP BY x.commune_code
), shape AS (
    SELECT g.parcel_uid, g.commune_code, g.dx, g.dy, g.area_after / nullif(g.area_before, 0) AS ratio
    FROM merge_changing AS g
    WHERE g.dx IS NOT NULL
), middle AS (
    SELECT s.commune_code,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY s.dx) AS dx,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY s.dy) AS dy,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY s.ratio) AS ratio
    FROM shape AS s
    GROUP BY s.commune_code
), against AS (
    SELECT s.commune_code, s.dx, s.dy, s.ratio, m.dx AS mid_dx, m.dy AS mid_dy, m.ratio AS mid_ratio,
           sqrt(s.dx ^ 2 + s.dy ^ 2) AS own_way
    FROM shape AS s
    JOIN middle AS m ON m.commune_code = s.commune_code
), moved AS (
    SELECT g.commune_code, g.mid_dx AS dx, g.mid_dy AS dy, g.mid_ratio AS ratio,
           count(*) FILTER (WHERE land.moved_along(g.dx, g.dy, g.mid_dx, g.mid_dy) AND abs(g.ratio - 1) < 0.01) AS shifted,
           count(*) FILTER (WHERE abs(g.mid_ratio - 1) > 0.005 AND abs(g.ratio / g.mid_ratio - 1) < 0.005) AS scaled,
           count(*) FILTER (WHERE g.own_way > 5) AS far
    FROM against AS g
    GROUP BY g.commune_code, g.mid_dx, g.mid_dy, g.mid_ratio
), placed AS (
    SELECT g.row_no, g.parcel_uid, g.commune_code, g.point,
           row_number() OVER (PARTITION BY g.commune_code ORDER BY md5(g.row_no::text)) AS place,
           count(*) OVER (PARTITION BY g.commune_code) AS rows
    FROM merge_changing AS g
    WHERE g.point IS NOT NULL
), extent AS (
    SELECT p.commune_code, public.ST_SetSRID(public.ST_Expand(public.ST_Extent(p.geom), 0.002)::public.geometry, 4756) AS box -- some 200 m
    FROM land.parcel AS p
    WHERE p.province_code = %(province)s
      AND p.commune_code IN (SELECT g.commune_code FROM placed AS g WHERE g.rows >= 5)
    GROUP BY p.commune_code
    HAVING 2 * count(p.geom) >= count(*) -- the land of a few says nothing of where a commune lies
), first_seen AS (
    SELECT m.row_no, m.parcel_uid, m.commune_code,
           row_number() OVER (PARTITION BY m.commune_code ORDER BY md5(m.row_no::text)) AS place
    FROM merge_row AS m
    JOIN merge_commune AS c ON c.commune_code = m.commune_code AND c.current_before = 0 AND NOT c.held
    WHERE m.status = 'accept'
      AND NOT m.without_geometry
      AND EXISTS (SELECT FROM land.parcel AS p WHERE p.province_code = %(province)s)
), sampled AS (
    SELECT g.row_no, g.parcel_uid, g.commune_code FROM placed AS g WHERE g.place <= 200
    UNION ALL
    SELECT g.row_no, g.parcel_uid, g.commune_code FROM first_seen AS g WHERE g.place <= 200
), beneath AS (
    -- OFFSET keeps the planner to one search of the index of geometries per row. The province is told by what it is not: that
    -- leaves its partition alone, and is in no index that the planner might go through whole beside the other.
    SELECT g.row_no, b.parcel_uid
    FROM sampled AS g
    JOIN {parcel} AS s ON s.row_no = g.row_no
    CROSS JOIN LATERAL (
        SELECT p.parcel_uid
        FROM land.parcel AS p
        WHERE NOT p.province_code = ANY (%(other_provinces)s::text[])
          AND public.ST_Covers(p.geom, public.ST_PointOnSurface(s.geom))
          AND p.commune_code <> g.commune_code
          AND p.parcel_uid <> g.parcel_uid
        OFFSET 0
    ) AS b
), taken AS (
    SELECT DISTINCT b.row_no
    FROM beneath AS b
    WHERE NOT EXISTS (SELECT FROM merge_ending AS e WHERE e.parcel_uid = b.parcel_uid)
      AND NOT EXISTS (SELECT FROM merge_changing AS w
                      WHERE w.parcel_uid = b.parcel_uid AND (w.point IS NOT NULL OR w.commune_before <> w.commune_code))
), inside AS (
    SELECT g.commune_code, count(*) AS rows, count(t.row_no) AS taken
    FROM sampled AS g
    LEFT JOIN taken AS t ON t.row_no = g.row_no
    GROUP BY g.commune_code
), value AS (
    SELECT v.parcel_uid, v.commune_code, v.column_group, v.before, v.after, v.emptied, o.before IS NOT NULL AS others
    FROM merge_value AS v
    LEFT JOIN (SELECT DISTINCT x.commune_code, x.column_group, x.before FROM merge_value AS x) AS o
           ON o.commune_code = v.commune_code AND o.column_group = v.column_group AND o.before = v.after
    -- A parcel of another commune has another number and another address: the movement says it.
    WHERE NOT (v.column_group IN ('number', 'address')
               AND EXISTS (SELECT FROM merge_movement AS w WHERE w.parcel_uid = v.parcel_uid))
), grouped AS (
    SELECT v.commune_code, v.column_group,
           count(DISTINCT v.parcel_uid) FILTER (WHERE v.before IS NOT NULL AND NOT v.emptied) AS changed,
           count(DISTINCT v.parcel_uid) FILTER (WHERE v.emptied) AS emptied,
           count(*) FILTER (WHERE v.before IS NOT NULL AND v.after IS NOT NULL) AS kept,
           count(*) FILTER (WHERE v.others) AS others,
           count(DISTINCT v.before) FILTER (WHERE v.after IS NOT NULL) AS values_before,
           count(DISTINCT v.after) FILTER (WHERE v.before IS NOT NULL) AS values_after
    FROM value AS v
    GROUP BY v.commune_code, v.column_group
), commonest AS (
    SELECT x.commune_code, x.column_group, max(x.parcels) AS parcels
    FROM (
        SELECT v.commune_code, v.column_group, v.after, count(*) AS parcels
        FROM value AS v
        WHERE v.before IS NOT NULL AND v.after IS NOT NULL AND v.column_group <> 'geometry'
        GROUP BY v.commune_code, v.column_group, v.after
    ) AS x
    GROUP BY x.commune_code, x.column_group
), earlier AS (
    SELECT x.commune_code, count(*) AS rows, count(*) FILTER (WHERE x.earlier) AS earlier
    FROM (
        SELECT v.commune_code, bool_and(v.earlier) AS earlier FROM merge_value AS v GROUP BY v.commune_code, v.parcel_uid
        UNION ALL
        SELECT g.commune_code, true FROM merge_changing AS g WHERE g.returned
    ) AS x
    GROUP BY x.commune_code
), refused AS (
    -- With those that live without geometry: the commune's verdict, which this is held against, counts them too.
    SELECT x.commune_code, count(*) AS rows, count(*) FILTER (WHERE x.refused) AS refused
    FROM (
        SELECT m.commune_code, m.status IN ('quarantine', 'unreadable') OR m.status = 'accept' AND m.without_geometry AS refused
        FROM merge_row AS m
        WHERE m.counted
          AND NOT %(changes)s
    ) AS x
    GROUP BY x.commune_code
    HAVING bool_or(x.refused)
), measure AS (
    SELECT b.commune_code, 'LOSS' AS code, NULL AS column_group, b.lost AS parcels, b.lost AS amount, c.current_before AS out_of,
           NULL::float AS east, NULL::float AS north
    FROM balance AS b JOIN commune AS c ON c.commune_code = b.commune_code
    UNION ALL
    SELECT b.commune_code, 'GROWTH', NULL, b.gained, b.gained, c.current_before, NULL, NULL
    FROM balance AS b JOIN commune AS c ON c.commune_code = b.commune_code
    UNION ALL
    SELECT b.commune_code, 'AREA', NULL, b.touched, abs(b.area), c.area_before, NULL, NULL
    FROM balance AS b JOIN commune AS c ON c.commune_code = b.commune_code
    UNION ALL
    SELECT m.commune_code, 'SHIFTED', 'geometry', m.shifted, m.shifted, c.current_before, m.dx, m.dy
    FROM moved AS m JOIN commune AS c ON c.commune_code = m.commune_code
    UNION ALL
    SELECT m.commune_code, 'SCALED', 'geometry', m.scaled, m.scaled, c.current_before, m.ratio, NULL
    FROM moved AS m JOIN commune AS c ON c.commune_code = m.commune_code
    UNION ALL
    SELECT m.commune_code, 'FAR', 'geometry', m.far, m.far, c.current_before, NULL, NULL
    FROM moved AS m JOIN commune AS c ON c.commune_code = m.commune_code
    UNION ALL
    SELECT g.commune_code, 'OUTSIDE', 'geometry', count(*), count(*), c.current_before, NULL, NULL
    FROM placed AS g
    JOIN extent AS e ON e.commune_code = g.commune_code AND NOT public.ST_Covers(e.box, g.point)
    JOIN commune AS c ON c.commune_code = g.commune_code
    GROUP BY g.commune_code, c.current_before
    UNION ALL
    SELECT i.commune_code, 'NEIGHBOUR', 'geometry', i.taken, i.taken, i.rows, NULL, NULL
    FROM inside AS i
    WHERE NOT i.commune_code = ANY (%(held_already)s::text[])
    UNION ALL
    SELECT g.commune_code, 'CHANGED', g.column_group, g.changed, g.changed, c.current_before, NULL, NULL
    FROM grouped AS g JOIN commune AS c ON c.commune_code = g.commune_code
    UNION ALL
    SELECT g.commune_code, 'EMPTIED', g.column_group, g.emptied, g.emptied, c.current_before, NULL, NULL
    FROM grouped AS g JOIN commune AS c ON c.commune_code = g.commune_code
    UNION ALL
    SELECT g.commune_code, 'SHUFFLED', g.column_group, g.others, g.others, g.kept, NULL, NULL
    FROM grouped AS g JOIN commune AS c ON c.commune_code = g.commune_code
    WHERE g.column_group IN ('geometry', 'land_user', 'certificate', 'national_id', 'number', 'address')
    UNION ALL
    SELECT g.commune_code, 'DUPLICATED', g.column_group, g.values_before - g.values_after, g.values_before - g.values_after,
           g.kept, NULL, NULL
    FROM grouped AS g JOIN commune AS c ON c.commune_code = g.commune_code
    WHERE g.column_group IN ('geometry', 'land_user', 'certificate', 'national_id', 'number')
    UNION ALL
    SELECT x.commune_code, 'UNIFORM', x.column_group, x.parcels, x.parcels, c.current_before, NULL, NULL
    FROM commonest AS x
    JOIN grouped AS g ON g.commune_code = x.commune_code AND g.column_group = x.column_group AND g.values_before > 1
    JOIN commune AS c ON c.commune_code = x.commune_code
    WHERE x.parcels >= 0.9 * g.kept
    UNION ALL
    SELECT e.commune_code, 'EARLIER', NULL, e.earlier, e.earlier, e.rows, NULL, NULL
    FROM earlier AS e JOIN commune AS c ON c.commune_code = e.commune_code
    UNION ALL
    SELECT r.commune_code, 'REFUSED', NULL, r.refused,
           r.refused - r.rows * (d.quarantined + d.unreadable)::numeric / nullif(d.rows_read, 0), r.rows, NULL, NULL
    FROM refused AS r
    JOIN commune AS c ON c.commune_code = r.commune_code
    JOIN land.dataset AS d ON d.commune_code = c.commune_code AND d.commune_valid_from = c.valid_from
    UNION ALL
    SELECT c.commune_code, 'ABSENT', NULL, c.current_before, 1, 1, NULL, NULL
    FROM merge_commune AS c
    WHERE c.absent
)
SELECT m.commune_code, m.code, m.column_group, m.parcels::integer AS parcels, m.amount::float AS amount,
       m.out_of::float AS out_of, m.east, m.north
FROM measure AS m
WHERE m.amount > 0
ORDER BY m.commune_code, m.code, m.column_group
