-- From here on nobody, not even a program of before that is still running, can store what anybody could try out.
ALTER TABLE land_private.land_user ADD CONSTRAINT land_user_keyed CHECK (hash_version >= 2);
ALTER TABLE land_private.land_user_version ADD CONSTRAINT land_user_version_keyed CHECK (hash_version >= 2);
ALTER TABLE land_private.certificate ADD CONSTRAINT certificate_keyed CHECK (hash_version >= 2);
ALTER TABLE land_private.certificate_version ADD CONSTRAINT certificate_version_keyed CHECK (hash_version >= 2);
