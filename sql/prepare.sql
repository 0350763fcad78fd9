-- What only a superuser can do in the land database itself, before its owner migrates it. Run after roles.sql; may be run
-- again at any time.
SET search_path = pg_catalog, pg_temp;

CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;

-- The pinned VN-2000 definition of a private SRID is written by the owner.
GRANT SELECT, INSERT, UPDATE, DELETE ON public.spatial_ref_sys TO landsync_owner;

-- Whoever may write where everybody looks for functions can hand them another one.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- PostGIS tells anybody the statistics of any table, whether or not he may read it: how many parcels there are, and where.
DO $$
DECLARE
    told regprocedure;
BEGIN
    FOR told IN
        SELECT p.oid
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = 'public'::regnamespace
          AND p.proname IN ('_postgis_stats', '_postgis_selectivity', '_postgis_join_selectivity', '_postgis_index_extent',
                            'st_estimatedextent')
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', told);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO landsync_owner, landsync_loader, central_operator, '
                       'central_viewer, analyst', told);
    END LOOP;
END
$$;

-- The server's log holds no rows. What a session is refused is told to the session; in the log it would stand with the row
-- that was refused (a COPY's line, a constraint's values) or the statement with its values, readable by whoever reads logs.
-- Entries, starts, checkpoints and what ends a session are still written.
DO $$
DECLARE
    said text[];
BEGIN
    FOREACH said SLICE 1 IN ARRAY ARRAY[
        ['log_min_messages', 'log'], ['log_min_error_statement', 'panic'], ['log_error_verbosity', 'terse'],
        ['log_parameter_max_length', '0'], ['log_parameter_max_length_on_error', '0']
    ] LOOP
        EXECUTE format('ALTER DATABASE %I SET %I = %L', current_database(), said[1], said[2]);
    END LOOP;
END
$$;
