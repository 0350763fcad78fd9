-- What every migration makes sure of before anything else: the server, the roles, who may enter and who may not.
-- Run by the migrating user itself: the owner, after a superuser has run roles.sql and prepare.sql, or a superuser.
DO $$
BEGIN
    IF current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION 'PostgreSQL % < 15', current_setting('server_version') USING ERRCODE = 'feature_not_supported';
    END IF;
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'ENCODING % <> UTF8', current_setting('server_encoding') USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

DO $$
BEGIN
    IF regexp_match(public.postgis_lib_version(), '^([0-9]+)[.]([0-9]+)')::integer[] < ARRAY[3, 3] THEN
        RAISE EXCEPTION 'PostGIS % < 3.3', public.postgis_lib_version() USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

DO $$
DECLARE
    named text;
BEGIN
    IF (SELECT count(*) FROM pg_catalog.pg_roles AS r
        WHERE r.rolname IN ('landsync_owner', 'landsync_loader', 'central_operator', 'central_viewer', 'analyst')
           OR r.rolname ~ '^province_[0-9]{2}$') < 39 THEN
        RAISE EXCEPTION 'landsync_owner, landsync_loader, …, province_96: ?' USING ERRCODE = 'insufficient_privilege';
    END IF;

    -- An owner of before could create roles, and could join what belongs to the server. On PostgreSQL 15 it can give that
    -- up by itself; later ones let only others take it away.
    BEGIN
        IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'landsync_owner' AND (rolcreaterole OR rolcreatedb)) THEN
            FOR named IN
                SELECT r.rolname
                FROM pg_catalog.pg_auth_members AS a
                JOIN pg_catalog.pg_roles AS r ON r.oid = a.roleid
                WHERE a.member = 'landsync_owner'::regrole AND NOT r.rolsuper
            LOOP
                EXECUTE format('REVOKE %I FROM landsync_owner', named);
            END LOOP;
            ALTER ROLE landsync_owner NOCREATEROLE NOCREATEDB;
        END IF;
    EXCEPTION WHEN insufficient_privilege THEN
        NULL; -- told below
    END;
    IF EXISTS (SELECT FROM pg_catalog.pg_roles AS r
               WHERE r.rolname = 'landsync_owner'
                 AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls))
       OR EXISTS (SELECT FROM pg_catalog.pg_auth_members AS a WHERE a.member = 'landsync_owner'::regrole) THEN
        RAISE EXCEPTION 'landsync_owner' USING ERRCODE = 'LS006';
    END IF;

    -- Nobody enters who is not named, and a province brings no functions of its own: what it might make of them would see
    -- rows that are not its own.
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    IF has_schema_privilege('public', 'public', 'CREATE') THEN
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    END IF;
    IF has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY')
       OR has_schema_privilege('public', 'public', 'CREATE') THEN
        RAISE EXCEPTION 'PUBLIC' USING ERRCODE = 'LS006';
    END IF;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO landsync_owner', current_database());
    EXECUTE format(
        'GRANT CONNECT, TEMPORARY ON DATABASE %I TO landsync_owner, landsync_loader, central_operator, '
        'central_viewer, analyst', current_database());
    FOR named IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname ~ '^province_[0-9]{2}$' LOOP
        EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), named);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), named);
    END LOOP;
    -- For the table of the revision. From PostgreSQL 15 on only the database's owner may create here by itself.
    IF NOT has_schema_privilege('landsync_owner', 'public', 'CREATE') THEN
        GRANT CREATE ON SCHEMA public TO landsync_owner;
    END IF;
END
$$;

-- VN-2000 with the parameters of QĐ 05/2007/QĐ-BTNMT pinned. ST_Transform from EPSG:4756 would let PROJ choose
-- another operation in the Mekong delta, 0.8 m away. PostGIS reads +towgs84 as position vector: signs as here.
INSERT INTO public.spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text)
VALUES (904756, 'landsync', 904756, NULL,
        '+proj=longlat +ellps=WGS84 +towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278 +no_defs')
ON CONFLICT (srid) DO NOTHING;
