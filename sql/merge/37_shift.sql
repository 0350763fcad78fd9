-- What a new survey moved as one is laid back before it is judged.
-- By the median of the moves of a commune, where half of what moved lies close to it: so a narrow parcel that moved by more than
-- its width is still itself. Not a row that covers another parcel of before: parcels do not move into each other's place.
WITH middle AS (
    SELECT l.commune_code,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY l.east) AS east,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY l.north) AS north
    FROM merge_land AS l
    WHERE NOT l.ended
    GROUP BY l.commune_code
    HAVING count(*) >= %(shift_parcels)s
), shift AS (
    SELECT m.commune_code, m.east, m.north
    FROM middle AS m
    JOIN merge_land AS l ON l.commune_code = m.commune_code AND NOT l.ended
    GROUP BY m.commune_code, m.east, m.north
    HAVING percentile_cont(0.5) WITHIN GROUP (ORDER BY sqrt((l.east - m.east) ^ 2 + (l.north - m.north) ^ 2)) <= %(shift_spread_m)s
)
UPDATE merge_land AS l
SET shared = land.covered_share(
        p.geom,
        ST_Translate(s.geom, - shift.east / (111320 * cosd(ST_Y(ST_Centroid(p.geom)))), - shift.north / 111320))
FROM shift, {parcel} AS s, land.parcel AS p
WHERE shift.commune_code = l.commune_code
  AND s.row_no = l.row_no
  AND p.province_code = %(province)s
  AND p.parcel_uid = l.parcel_uid
  AND l.shared < %(apart_share)s
  AND NOT EXISTS (SELECT FROM merge_by_land AS b WHERE b.row_no = l.row_no)
