-- Live parcels of other communes that may touch one of the boxes: what the index finds, a little more than there is. OFFSET
-- keeps the planner to one search of the index per box, so that the cost follows the boxes.
SELECT
    found.province_code,
    found.commune_code,
    found.source_system,
    found.source_key,
    found.national_id,
    found.map_set,
    found.map_scale,
    found.sheet_no,
    found.parcel_no,
    found.parcel_uid,
    found.land_use,
    found.area_m2,
    encode(st_asbinary(found.geom, 'NDR'), 'hex') AS geom
FROM (
    SELECT DISTINCT ON (q.province_code, q.parcel_uid) q.*
    FROM pg_temp.wanted_box AS b
    CROSS JOIN LATERAL (
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
            p.geom
        FROM land.parcel AS p
        WHERE p.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4756)
          AND p.commune_code <> ALL({not_communes}::text[])
          AND p.province_code <> {not_province}
        OFFSET 0
    ) AS q
    ORDER BY q.province_code, q.parcel_uid
) AS found
