-- The live parcels of a commune that may touch one of the boxes. OFFSET keeps the planner to one search of the index per box.
SELECT DISTINCT ON (found.parcel_uid)
    found.parcel_uid::text AS parcel_uid, encode(st_asbinary(found.geom, 'NDR'), 'hex') AS geom
FROM pg_temp.wanted_box AS b
CROSS JOIN LATERAL (
    SELECT p.parcel_uid, p.geom
    FROM land.parcel AS p
    WHERE p.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4756)
      AND p.province_code = {province}
      AND p.commune_code = {commune}
    OFFSET 0
) AS found
ORDER BY found.parcel_uid
