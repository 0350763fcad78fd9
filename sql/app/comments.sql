-- Puts the comments where they belong and changes only those that differ. A column's text is, in this order: its own
-- (comment_columns.sql); that of the same column of the table it repeats (a partition its parent, a closed version
-- the current table, a province's view the national one or the ledger's table); the canonical meaning from
-- parcels/columns.py; the common one of its name. What has none stays bare, and the tests say so.
DO $$
DECLARE
    due record;
BEGIN
    CREATE TEMP TABLE comment_relation ON COMMIT DROP AS
    WITH relation AS (
        SELECT c.oid, n.nspname || '.' || c.relname AS place, n.nspname, c.relname, c.relkind,
               (SELECT i.inhparent FROM pg_catalog.pg_inherits AS i WHERE i.inhrelid = c.oid) AS parent
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v')
          AND (n.nspname IN ('land', 'land_private', 'ledger', 'analyst', 'province')
               OR (n.nspname, c.relname) = ('public', 'landsync_revision'))
    )
    SELECT r.oid, r.relkind, coalesce(p.place, r.place) AS place, like_it.place AS repeats
    FROM relation AS r
    LEFT JOIN relation AS p ON p.oid = r.parent
    LEFT JOIN LATERAL (
        SELECT o.place
        FROM relation AS o
        WHERE o.place = regexp_replace(coalesce(p.place, r.place), '_version$', '')
              AND coalesce(p.place, r.place) ~ '_version$'
           OR r.nspname = 'province' AND o.place IN ('analyst.' || r.relname, 'ledger.' || r.relname)
           OR r.place = 'analyst.parcel_history' AND o.place = 'analyst.parcel'
        LIMIT 1
    ) AS like_it ON true;

    FOR due IN
        SELECT CASE r.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END AS what, r.oid::regclass AS relation,
               t.vi || ' / ' || t.en AS said
        FROM comment_relation AS r
        JOIN LATERAL (
            SELECT x.vi, x.en
            FROM comment_text AS x
            WHERE x.place IN (r.place, r.repeats)
            ORDER BY x.place = r.place DESC
            LIMIT 1
        ) AS t ON true
        WHERE obj_description(r.oid, 'pg_class') IS DISTINCT FROM t.vi || ' / ' || t.en
    LOOP
        EXECUTE format('COMMENT ON %s %s IS %L', due.what, due.relation, due.said);
    END LOOP;

    -- The meaning of a canonical column, where a table holds that record: not where a reference table has the same name.
    FOR due IN
        WITH canonical AS (
            SELECT c.column_name,
                   c.meaning_vi || ' / ' || c.meaning_en
                   || coalesce(' (' || c.unit || ')', '')
                   || CASE c.confidentiality WHEN 'private' THEN ' [dữ liệu cá nhân / personal data]'
                                             WHEN 'restricted' THEN ' [hạn chế / restricted]' ELSE '' END AS said
            FROM land.column_catalogue AS c
        ), named AS (
            SELECT x.place, x.vi || ' / ' || x.en AS said FROM comment_text AS x
        )
        SELECT r.oid::regclass AS relation, a.attname,
               coalesce(own.said, repeated.said, canonical.said, common.said) AS said
        FROM comment_relation AS r
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN named AS own ON own.place = r.place || '.' || a.attname
        LEFT JOIN named AS repeated ON repeated.place = r.repeats || '.' || a.attname
        LEFT JOIN canonical
               ON canonical.column_name = a.attname
              AND r.place ~ '^(land\.(parcel|land_use_part)(_version)?|land_private\..*|(analyst|province)\.(parcel|parcel_history|land_use|land_use_history)|land\.national_id_claim|(ledger|province)\.quarantine(_state)?|ledger\.claim_release)$'
        LEFT JOIN named AS common ON common.place = '*.' || a.attname
        WHERE col_description(r.oid, a.attnum) IS DISTINCT FROM coalesce(own.said, repeated.said, canonical.said, common.said)
    LOOP
        EXECUTE format('COMMENT ON COLUMN %s.%I IS %L', due.relation, due.attname, due.said);
    END LOOP;

    FOR due IN
        SELECT p.oid::regprocedure AS routine, x.vi || ' / ' || x.en AS said
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        JOIN comment_text AS x ON x.place = n.nspname || '.' || p.proname || '()'
        WHERE obj_description(p.oid, 'pg_proc') IS DISTINCT FROM x.vi || ' / ' || x.en
    LOOP
        EXECUTE format('COMMENT ON FUNCTION %s IS %L', due.routine, due.said);
    END LOOP;

    FOR due IN
        SELECT n.nspname AS schema_name, x.vi || ' / ' || x.en AS said
        FROM pg_catalog.pg_namespace AS n
        JOIN comment_text AS x ON x.place = n.nspname
        WHERE obj_description(n.oid, 'pg_namespace') IS DISTINCT FROM x.vi || ' / ' || x.en
    LOOP
        EXECUTE format('COMMENT ON SCHEMA %I IS %L', due.schema_name, due.said);
    END LOOP;
END
$$;
