-- Live parcels of other communes that may touch one of the boxes: what the index finds, a little more than there is. The
-- cost follows the boxes, which follow the border.
SELECT
    p.province_code,
    p.commune_code,
    p.source_system,
    p.source_key,
    p.national_id,
    p.map_set,
    p.map_scale,
    p.sheet_no,
    p.parcel_no,
    p.parcel_uid,
    p.land_use,
    p.area_m2,
    encode(st_asbinary(p.geom, 'NDR'), 'hex') AS geom
FROM (
    SELECT DISTINCT q.province_code, q.parcel_uid
    FROM pg_temp.wanted_box AS b
    JOIN land.parcel AS q ON q.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4756)
    WHERE q.commune_code <> {commune}
      AND q.province_code <> {not_province}
) AS found
JOIN land.parcel AS p ON p.province_code = found.province_code AND p.parcel_uid = found.parcel_uid
