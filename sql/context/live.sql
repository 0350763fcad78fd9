-- The live parcels of a commune, as of LIVE_SCHEMA.
SELECT {of_parcel}, sheet.old_commune_code, encode(st_asbinary(p.geom, 'NDR'), 'hex') AS geom
FROM land.parcel AS p
LEFT JOIN land.parcel_alias AS sheet
    ON sheet.province_code = p.province_code
    AND sheet.parcel_uid = p.parcel_uid
    AND sheet.alias_kind = 'sheet'
    AND sheet.recorded_to IS NULL
WHERE p.province_code = {province}
  AND p.commune_code = {commune}
