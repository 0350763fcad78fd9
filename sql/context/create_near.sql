-- What `prepare_near` finds, as long as the block lasts.
CREATE TEMP TABLE near_found ON COMMIT DROP AS
SELECT {of_parcel}, NULL::text AS old_commune_code, p.geom
FROM land.parcel AS p
WITH NO DATA
