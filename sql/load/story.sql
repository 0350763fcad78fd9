-- What changed in the communes that went live, as its shortest story: sheets that moved as one, sheets that were renumbered, and the rest.
-- Of parcels that lived before and live on in the same commune. A sheet moved as one where five and at least half of its parcels that
-- moved did so by the same, as the brakes measure it (land.moved_along); it is renumbered where five have another sheet or number.
-- `east`, `north` in metres. `parcels` of the rest: with any change that is neither.
WITH changed AS (
    SELECT g.parcel_uid, g.commune_code, coalesce(s.sheet_no, '') AS sheet_no, g.dx, g.dy, coalesce(v.groups, ARRAY[]::text[]) AS groups
    FROM merge_changing AS g
    JOIN merge_result AS r ON r.row_no = g.row_no
    JOIN {parcel} AS s ON s.row_no = g.row_no
    LEFT JOIN (
        SELECT x.parcel_uid, array_agg(DISTINCT x.column_group) AS groups FROM merge_value AS x GROUP BY x.parcel_uid
    ) AS v ON v.parcel_uid = g.parcel_uid
    WHERE NOT r.is_new
      AND r.moved_from IS NULL
), middle AS (
    SELECT c.commune_code, c.sheet_no,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY c.dx) AS east,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY c.dy) AS north
    FROM changed AS c
    WHERE 'geometry' = ANY (c.groups)
    GROUP BY c.commune_code, c.sheet_no
), seen AS (
    SELECT c.parcel_uid, c.commune_code, c.sheet_no, c.groups, m.east, m.north,
           'number' = ANY (c.groups) AS renumbered,
           coalesce(land.moved_along(c.dx, c.dy, m.east, m.north), false) AS along
    FROM changed AS c
    LEFT JOIN middle AS m ON m.commune_code = c.commune_code AND m.sheet_no = c.sheet_no
), sheet AS (
    SELECT s.commune_code, s.sheet_no, min(s.east) AS east, min(s.north) AS north,
           count(*) FILTER (WHERE s.along) AS along,
           count(*) FILTER (WHERE s.along) >= greatest(5, 0.5 * count(*) FILTER (WHERE 'geometry' = ANY (s.groups))) AS moved,
           count(*) FILTER (WHERE s.renumbered) AS numbers,
           count(*) FILTER (WHERE s.renumbered) >= 5 AS renumbered
    FROM seen AS s
    GROUP BY s.commune_code, s.sheet_no
), told AS (
    SELECT h.commune_code, 'moved' AS kind, h.sheet_no, h.along AS parcels, h.east, h.north FROM sheet AS h WHERE h.moved
    UNION ALL
    SELECT h.commune_code, 'renumbered', h.sheet_no, h.numbers, NULL, NULL FROM sheet AS h WHERE h.renumbered
    UNION ALL
    SELECT s.commune_code, 'other', NULL, count(*), NULL, NULL
    FROM seen AS s
    JOIN sheet AS h ON h.commune_code = s.commune_code AND h.sheet_no = s.sheet_no
    WHERE NOT (h.moved AND s.along AND s.groups <@ ARRAY['geometry', CASE WHEN h.renumbered THEN 'number' END]
               OR h.renumbered AND s.groups = ARRAY['number'])
    GROUP BY s.commune_code
)
SELECT t.commune_code, t.kind, t.sheet_no, t.parcels::integer AS parcels, round(t.east::numeric, 2) AS east, round(t.north::numeric, 2) AS north
FROM told AS t
ORDER BY t.commune_code, t.kind, t.sheet_no
