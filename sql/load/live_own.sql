-- The live parcel that each of these rows is, in its commune: by its source key, else by its national id, else by sheet
-- and number where one of the two has no key. NULL where it is none; none that has no land yet.
SELECT w.row_no, own.parcel_uid::text AS parcel_uid, own.geom
FROM pg_temp.wanted_place AS w
CROSS JOIN LATERAL (
    SELECT found.parcel_uid, encode(st_asbinary(found.geom, 'NDR'), 'hex') AS geom
    FROM (
        SELECT 1 AS strength, p.parcel_uid, p.geom
        FROM land.parcel AS p
        WHERE p.province_code = {province}
          AND p.commune_code = w.commune_code
          AND p.source_system = w.source_system
          AND p.source_key = w.source_key
        UNION ALL
        SELECT 2, p.parcel_uid, p.geom
        FROM land.parcel AS p
        WHERE p.province_code = {province}
          AND p.commune_code = w.commune_code
          AND p.national_id = w.national_id
        UNION ALL
        SELECT 3, p.parcel_uid, p.geom
        FROM land.parcel AS p
        WHERE p.province_code = {province}
          AND p.commune_code = w.commune_code
          AND p.sheet_no = w.sheet_no
          AND p.parcel_no = w.parcel_no
          AND (p.source_key IS NULL OR w.source_key IS NULL)
    ) AS found
    WHERE found.geom IS NOT NULL
    ORDER BY found.strength, found.parcel_uid
    LIMIT 1
) AS own
WHERE w.commune_code = {commune}
  AND w.row_no = ANY({rows}::bigint[])
