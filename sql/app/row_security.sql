-- Land users and certificates: a province sees its own rows and no others; the centre and the loader see all.
-- Forced, so that the owner's rights open nothing that no policy names. Set only where it is not so already:
-- ALTER TABLE would wait for every reader.
DO $$
DECLARE
    parent regclass;
    role_name text;
BEGIN
    FOR parent IN
        SELECT c.oid
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'land_private'::regnamespace
          AND c.relkind IN ('r', 'p')
          AND NOT c.relispartition
    LOOP
        IF NOT (SELECT c.relrowsecurity AND c.relforcerowsecurity FROM pg_catalog.pg_class AS c WHERE c.oid = parent) THEN
            EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', parent);
            EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', parent);
        END IF;
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = parent AND p.polname = 'nation') THEN
            -- The owner too: a migration that rewrites rows must not quietly see none.
            EXECUTE format('CREATE POLICY nation ON %s TO landsync_owner, landsync_loader, central_operator USING (true)', parent);
        END IF;
        FOR role_name IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname ~ '^province_[0-9]{2}$' LOOP
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = parent AND p.polname = role_name) THEN
                EXECUTE format('CREATE POLICY %I ON %s FOR SELECT TO %I USING (province_code = %L)',
                               role_name, parent, role_name, right(role_name, 2));
            END IF;
        END LOOP;
    END LOOP;
END
$$;
