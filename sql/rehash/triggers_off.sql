-- Closed versions are append-only; this is the one change of them, and it is undone with the transaction if that fails.
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
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER append_only', guarded);
    END LOOP;
END
$$
