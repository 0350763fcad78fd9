-- Which land of before is in which land of now, of what ends, begins or is drawn anew: the edges of lineage.
-- What a new survey moved of a sheet as one is laid back, by the parcels that nearly kept their shape, if they are more than those
-- that did not move. What is narrower than a boundary can be known is no edge. `part` will number what hangs together: here each
-- land of before is its own.
CREATE TEMP TABLE merge_overlap ON COMMIT DROP AS
WITH middle AS (
    SELECT d.commune_code, d.sheet_no, count(*) AS parcels,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY d.east) AS east,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY d.north) AS north
    FROM merge_redrawn AS d
    WHERE d.off <= 2 * %(edge_width_m)s
    GROUP BY d.commune_code, d.sheet_no
    HAVING count(*) >= %(shift_parcels)s
), still AS (
    SELECT r.commune_code, s.sheet_no, count(*) AS parcels
    FROM merge_result AS r
    JOIN {parcel} AS s ON s.row_no = r.row_no
    WHERE r.commune_code IN (SELECT m.commune_code FROM middle AS m)
      AND NOT r.is_new
      AND NOT EXISTS (SELECT FROM merge_redrawn AS d WHERE d.row_no = r.row_no)
    GROUP BY r.commune_code, s.sheet_no
), shift AS (
    SELECT m.commune_code, m.sheet_no, m.east, m.north
    FROM middle AS m
    JOIN merge_redrawn AS d ON d.off <= 2 * %(edge_width_m)s AND d.commune_code = m.commune_code AND d.sheet_no IS NOT DISTINCT FROM m.sheet_no
    LEFT JOIN still ON still.commune_code = m.commune_code AND still.sheet_no IS NOT DISTINCT FROM m.sheet_no
    WHERE m.parcels > coalesce(still.parcels, 0)
    GROUP BY m.commune_code, m.sheet_no, m.east, m.north
    HAVING percentile_cont(0.5) WITHIN GROUP (ORDER BY sqrt((d.east - m.east) ^ 2 + (d.north - m.north) ^ 2)) <= %(shift_spread_m)s
), child AS (
    SELECT r.row_no, r.parcel_uid, r.is_new, r.commune_code, s.sheet_no, s.parcel_no, s.area_m2,
           CASE WHEN shift.commune_code IS NULL THEN s.geom
                ELSE ST_Translate(s.geom, - shift.east / (111320 * cosd(ST_Y(ST_Centroid(s.geom)))), - shift.north / 110574)
           END AS geom
    FROM merge_result AS r
    JOIN {parcel} AS s ON s.row_no = r.row_no
    LEFT JOIN merge_redrawn AS own ON own.row_no = r.row_no AND NOT own.kept
    LEFT JOIN shift ON shift.commune_code = r.commune_code AND shift.sheet_no IS NOT DISTINCT FROM s.sheet_no
    WHERE EXISTS (SELECT FROM merge_redrawn AS any_land WHERE NOT any_land.kept)
      AND (r.is_new OR own.row_no IS NOT NULL)
)
SELECT p.parcel_uid AS parent_uid, c.parcel_uid AS child_uid, c.commune_code, d.row_no IS NULL AS ended, c.is_new,
       d.recorded_from, p.area_m2 AS parent_m2, c.area_m2 AS child_m2,
       d.apart AND d.commune_code = ANY (%(moved)s::text[]) AS moved,
       (p.sheet_no, p.parcel_no) IS DISTINCT FROM (c.sheet_no, c.parcel_no) AS renumbered,
       least(1, both_cover.area / ST_Area(p.geom)) AS share_of_parent,
       least(1, both_cover.area / ST_Area(c.geom)) AS share_of_child,
       dense_rank() OVER (ORDER BY p.parcel_uid) AS part
FROM child AS c
CROSS JOIN LATERAL (
    SELECT p.parcel_uid, p.geom, p.area_m2, p.sheet_no, p.parcel_no
    FROM land.parcel AS p
    WHERE p.province_code = %(province)s AND p.geom && c.geom
    OFFSET 0 -- by the index, whatever is believed of the other tables
) AS p
JOIN merge_redrawn AS d ON d.parcel_uid = p.parcel_uid AND NOT d.kept
CROSS JOIN LATERAL (SELECT ST_Intersection(p.geom, c.geom) AS geom OFFSET 0) AS common
CROSS JOIN LATERAL (
    SELECT ST_Area(common.geom) AS area,
           ST_Scale(common.geom, 111320 * cosd(ST_Y(ST_Centroid(p.geom))), 110574) AS in_metres
    OFFSET 0
) AS both_cover
WHERE both_cover.area > 0
  AND ST_Area(both_cover.in_metres) >= %(edge_m2)s
  AND 2 * ST_Area(both_cover.in_metres) >= %(edge_width_m)s * ST_Perimeter(both_cover.in_metres)
  -- Nothing passes between registered units that were on the same land already.
  AND (c.is_new OR p.parcel_uid = c.parcel_uid
       OR NOT EXISTS (SELECT FROM land.parcel AS own
                      WHERE own.province_code = %(province)s
                        AND own.parcel_uid = c.parcel_uid
                        AND land.common_share(own.geom, p.geom) >= %(same_land_share)s))
