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
FROM land.parcel AS p
WHERE p.province_code = {province}
  AND p.commune_code = {commune}
