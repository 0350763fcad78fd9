-- From here on nobody, not even a program of before that is still running, can store who has no pseudonym.
ALTER TABLE land_private.land_user ADD CONSTRAINT land_user_known CHECK (num_nulls(user_ref, user_bound) = 0);
ALTER TABLE land_private.land_user_version ADD CONSTRAINT land_user_version_known CHECK (num_nulls(user_ref, user_bound) = 0);
ALTER TABLE land_private.certificate ADD CONSTRAINT certificate_known CHECK (num_nulls(certificate_ref, certificate_bound) = 0);
ALTER TABLE land_private.certificate_version
    ADD CONSTRAINT certificate_version_known CHECK (num_nulls(certificate_ref, certificate_bound) = 0);

-- Who has the same uid in several parcels is one: whoever is known on one parcel alone is bound to it. Made last, for a table is written
-- anew by it: so nothing is left of the rows of before.
ALTER TABLE land_private.land_user ADD COLUMN user_uid uuid
    GENERATED ALWAYS AS (CASE WHEN user_bound THEN land.bound_uid(parcel_uid, user_ref) ELSE user_ref END) STORED;
ALTER TABLE land_private.land_user_version ADD COLUMN user_uid uuid
    GENERATED ALWAYS AS (CASE WHEN user_bound THEN land.bound_uid(parcel_uid, user_ref) ELSE user_ref END) STORED;
ALTER TABLE land_private.certificate ADD COLUMN certificate_uid uuid
    GENERATED ALWAYS AS (CASE WHEN certificate_bound THEN land.bound_uid(parcel_uid, certificate_ref) ELSE certificate_ref END) STORED;
ALTER TABLE land_private.certificate_version ADD COLUMN certificate_uid uuid
    GENERATED ALWAYS AS (CASE WHEN certificate_bound THEN land.bound_uid(parcel_uid, certificate_ref) ELSE certificate_ref END) STORED;

-- All parcels of a land user, all that a certificate covers.
CREATE INDEX land_user_uid ON land_private.land_user (province_code, user_uid);
CREATE INDEX certificate_uid ON land_private.certificate (province_code, certificate_uid);

-- The next night plans by what is there now.
ANALYZE land_private.land_user, land_private.certificate, land_private.land_right;
