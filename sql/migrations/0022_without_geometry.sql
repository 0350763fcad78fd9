-- A parcel without geometry yet: registered, with its land users, before its map exists. It has no boundary and no area.
ALTER TABLE land.parcel ALTER COLUMN geom DROP NOT NULL, ALTER COLUMN area_m2 DROP NOT NULL,
    ADD CONSTRAINT parcel_area_of_land CHECK ((geom IS NULL) = (area_m2 IS NULL));
ALTER TABLE land.parcel_version ALTER COLUMN geom DROP NOT NULL, ALTER COLUMN area_m2 DROP NOT NULL,
    ADD CONSTRAINT parcel_version_area_of_land CHECK ((geom IS NULL) = (area_m2 IS NULL));
ALTER TABLE ledger.manifest ALTER COLUMN area_m2 DROP NOT NULL;
