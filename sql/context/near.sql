-- What was found, as of LIVE_SCHEMA.
SELECT {of_found}, found.old_commune_code, encode(st_asbinary(found.geom, 'NDR'), 'hex') AS geom
FROM pg_temp.near_found AS found
