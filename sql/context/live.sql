-- The live parcels of a commune, as of LIVE_SCHEMA.
SELECT {of_parcel}, encode(st_asbinary(p.geom, 'NDR'), 'hex') AS geom
FROM land.parcel AS p
WHERE p.province_code = {province}
  AND p.commune_code = {commune}
