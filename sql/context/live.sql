-- The live parcels that are asked for, as of LIVE_SCHEMA; those that are published without their national id, with it: it is the
-- province's own name of them.
SELECT {of_found}, sheet.old_commune_code, encode(st_asbinary(found.geom, 'NDR'), 'hex') AS geom
FROM (
    SELECT {of_parcel_without_id}, coalesce(p.national_id, w.national_id) AS national_id, p.geom
    FROM land.parcel AS p
    LEFT JOIN land.withheld_id AS w ON w.province_code = p.province_code AND w.parcel_uid = p.parcel_uid
    WHERE p.province_code = {province}
      AND {chosen}
) AS found
LEFT JOIN land.parcel_alias AS sheet
    ON sheet.province_code = found.province_code
    AND sheet.parcel_uid = found.parcel_uid
    AND sheet.alias_kind = 'sheet'
    AND sheet.recorded_to IS NULL
