-- Append-only again.
DO $$
DECLARE
    guarded regclass;
BEGIN
    FOR guarded IN
        SELECT t.tgrelid
        FROM pg_catalog.pg_trigger AS t
        WHERE t.tgname = 'append_only'
          AND t.tgrelid IN ('land_private.land_user_version'::regclass, 'land_private.certificate_version'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER append_only', guarded);
    END LOOP;
END
$$
