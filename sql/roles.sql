-- The roles of the land database, and that none of them can make itself more: no attribute, nothing that belongs to the
-- server (pg_*), no membership of a superuser; the owner belongs to nobody. On PostgreSQL 15 whoever may create roles may
-- also join pg_execute_server_program, which is a shell as the server's user: so a superuser makes them, once, here.
-- Run by a superuser, in any database of the server; may be run again at any time. It gives nobody a password.
SET search_path = pg_catalog, pg_temp;

DO $$
DECLARE
    ours constant text[] := ARRAY[
        'landsync_owner', 'landsync_loader', 'central_operator', 'central_viewer', 'analyst',
        'province_01', 'province_04', 'province_08', 'province_11', 'province_12', 'province_14',
        'province_15', 'province_19', 'province_20', 'province_22', 'province_24', 'province_25',
        'province_31', 'province_33', 'province_37', 'province_38', 'province_40', 'province_42',
        'province_44', 'province_46', 'province_48', 'province_51', 'province_52', 'province_56',
        'province_66', 'province_68', 'province_75', 'province_79', 'province_80', 'province_82',
        'province_86', 'province_91', 'province_92', 'province_96'];
    wanted text;
    held record;
BEGIN
    FOREACH wanted IN ARRAY ours LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of the same cluster is being prepared at the same moment
        END;
        IF EXISTS (SELECT FROM pg_catalog.pg_roles AS r
                   WHERE r.rolname = wanted
                     AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)) THEN
            EXECUTE format('ALTER ROLE %I NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS', wanted);
        END IF;
    END LOOP;

    FOR held IN
        SELECT DISTINCT r.rolname AS role_name, m.rolname AS member_name, g.rolname AS grantor_name
        FROM pg_catalog.pg_auth_members AS a
        JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
        JOIN pg_catalog.pg_roles AS m ON m.oid = a.member
        LEFT JOIN pg_catalog.pg_roles AS g ON g.oid = a.grantor
        WHERE m.rolname = ANY (ours)
          AND (m.rolname = 'landsync_owner' OR r.rolsuper OR starts_with(r.rolname::text, 'pg_'))
    LOOP
        EXECUTE format('REVOKE %I FROM %I', held.role_name, held.member_name)
            || CASE WHEN current_setting('server_version_num')::integer >= 160000
                    THEN format(' GRANTED BY %I CASCADE', held.grantor_name) ELSE '' END;
    END LOOP;
END
$$;
