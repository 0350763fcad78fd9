-- Live parcels of other communes that may touch one of the boxes: what the index finds, a little more than there is. OFFSET
-- keeps the planner to one search of the index per box, so that the cost follows the boxes.
SELECT {of_found}, sheet.old_commune_code, encode(st_asbinary(found.geom, 'NDR'), 'hex') AS geom
FROM (
    SELECT DISTINCT ON (q.province_code, q.parcel_uid) q.*
    FROM pg_temp.wanted_box AS b
    CROSS JOIN LATERAL (
        SELECT {of_parcel}, p.geom
        FROM land.parcel AS p
        WHERE p.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4756)
          AND p.commune_code <> ALL({not_communes}::text[])
          AND p.province_code <> {not_province}
        OFFSET 0
    ) AS q
    ORDER BY q.province_code, q.parcel_uid
) AS found
LEFT JOIN land.parcel_alias AS sheet
    ON sheet.province_code = found.province_code
    AND sheet.parcel_uid = found.parcel_uid
    AND sheet.alias_kind = 'sheet'
    AND sheet.recorded_to IS NULL
