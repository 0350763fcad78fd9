-- What a migration needs before its first table: the extension, the roles, the private SRID.
-- Run by the migrating user itself (a superuser, or one with CREATEROLE where PostGIS is installed already).
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

CREATE EXTENSION IF NOT EXISTS postgis;

DO $$
BEGIN
    IF regexp_match(public.postgis_lib_version(), '^([0-9]+)[.]([0-9]+)')::integer[] < ARRAY[3, 3] THEN
        RAISE EXCEPTION 'PostGIS % < 3.3', public.postgis_lib_version() USING ERRCODE = 'feature_not_supported';
    END IF;
END
$$;

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY[
        'landsync_owner', 'landsync_loader', 'central_operator', 'central_viewer', 'analyst',
        'province_01', 'province_04', 'province_08', 'province_11', 'province_12', 'province_14',
        'province_15', 'province_19', 'province_20', 'province_22', 'province_24', 'province_25',
        'province_31', 'province_33', 'province_37', 'province_38', 'province_40', 'province_42',
        'province_44', 'province_46', 'province_48', 'province_51', 'province_52', 'province_56',
        'province_66', 'province_68', 'province_75', 'province_79', 'province_80', 'province_82',
        'province_86', 'province_91', 'province_92', 'province_96']
    LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = wanted) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- another database of the same cluster is being migrated at the same moment
        END;
    END LOOP;
    EXECUTE format('GRANT CREATE ON DATABASE %I TO landsync_owner', current_database());
    -- Said for servers where nobody may connect by default.
    EXECUTE format(
        'GRANT CONNECT, TEMPORARY ON DATABASE %I TO landsync_owner, landsync_loader, central_operator, '
        'central_viewer, analyst', current_database());
    FOR wanted IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname ~ '^province_[0-9]{2}$' LOOP
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), wanted);
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
