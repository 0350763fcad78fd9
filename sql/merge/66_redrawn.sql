-- Land that ends or is drawn anew: splits, mergers and corrected boundaries are seen from it.
-- `apart`: the land of now is not where it was, whatever of it a new survey explains. `off`: by how much, in metres, the
-- shape is not as it was, wherever it was put. `kept`: by no more than half of what an overlap must be wide; not where a person said
-- that the land itself was corrected. `crossing`: it was a road or water and still is. `east`, `north`: how far, in metres, its middle moved.
CREATE TEMP TABLE merge_redrawn ON COMMIT DROP AS
SELECT p.parcel_uid, NULL::bigint AS row_no, p.commune_code, p.sheet_no, p.recorded_from,
       NULL::double precision AS east, NULL::double precision AS north, NULL::double precision AS off, false AS apart, false AS kept,
       false AS crossing,
       NULL::double precision AS share_of_parent, NULL::double precision AS share_of_child, NULL::numeric AS area_m2
FROM merge_ending AS e
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = e.parcel_uid
UNION ALL
SELECT p.parcel_uid, r.row_no, r.commune_code, s.sheet_no, p.recorded_from, middle.east, middle.north, shape.off,
       both_cover.apart,
       NOT (both_cover.apart AND r.commune_code = ANY (%(moved)s::text[]))
           AND shape.off <= %(edge_width_m)s / 2,
       land.both_uses_in(p.land_use, s.land_use, %(crossing)s::text[]),
       least(1, both_cover.area / ST_Area(p.geom)),
       least(1, both_cover.area / ST_Area(s.geom)),
       s.area_m2
FROM merge_result AS r
JOIN {parcel} AS s ON s.row_no = r.row_no
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = r.parcel_uid
CROSS JOIN LATERAL (
    SELECT d.dx, d.dy, d.dx * 111320 * cosd(ST_Y(ST_Centroid(p.geom))) AS east, d.dy * 110574 AS north
    FROM (SELECT ST_X(ST_Centroid(s.geom)) - ST_X(ST_Centroid(p.geom)) AS dx,
                 ST_Y(ST_Centroid(s.geom)) - ST_Y(ST_Centroid(p.geom)) AS dy OFFSET 0) AS d
) AS middle
CROSS JOIN LATERAL (
    SELECT ST_HausdorffDistance(p.geom, ST_Translate(s.geom, - middle.dx, - middle.dy)) * 111320 AS off OFFSET 0
) AS shape
CROSS JOIN LATERAL (
    SELECT CASE WHEN p.geom && s.geom THEN ST_Area(ST_Intersection(p.geom, s.geom)) ELSE 0 END AS area OFFSET 0
) AS common
CROSS JOIN LATERAL (
    SELECT common.area, common.area < %(apart_share)s * least(ST_Area(p.geom), ST_Area(s.geom)) AS apart OFFSET 0
) AS both_cover
WHERE r.version_changed
  AND NOT r.is_new
  AND p.geom IS NOT NULL -- the first geometry is no other land
  AND p.geom IS DISTINCT FROM s.geom
