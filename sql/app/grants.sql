-- Who may do what: the least that each role's work needs. Everything is taken away first, so that this file alone
-- says what is allowed. Partitions get no grants of their own: they are reached through their parent, or not at all.
-- Private tables are filtered row by row as well (row_security.sql).
DO $$
DECLARE
    ours constant text := 'land, land_private, ledger, staging, analyst, province';
    everybody text;
BEGIN
    SELECT string_agg(quote_ident(rolname), ', ' ORDER BY rolname)
    INTO everybody
    FROM pg_catalog.pg_roles
    WHERE rolname IN ('landsync_loader', 'central_operator', 'central_viewer', 'analyst')
       OR rolname ~ '^province_[0-9]{2}$';

    EXECUTE format('REVOKE ALL ON SCHEMA %s FROM PUBLIC, %s', ours, everybody);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA land, land_private, ledger, analyst, province FROM PUBLIC, %s', everybody);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA land, land_private, ledger FROM PUBLIC, %s', everybody);
    -- Not in `staging`, where the loader's own are nobody else's to take from.
    EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA land, land_private, ledger, analyst, province FROM PUBLIC, %s', everybody);
    -- What is made between two migrations is nobody's to call either.
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON ROUTINES FROM PUBLIC;
    EXECUTE format('GRANT SELECT ON public.landsync_revision TO %s', everybody);
END
$$;

-- The loader: what the stages of a run write, and nothing besides. Evidence it can only add to.
GRANT USAGE ON SCHEMA land, land_private, ledger, analyst TO landsync_loader;
GRANT USAGE, CREATE ON SCHEMA staging TO landsync_loader;
GRANT SELECT ON
    land.province, land.commune, land.commune_conversion, land.cadastral_meridian, land.land_use_code,
    land.column_catalogue, land.province_now, land.commune_now, land.land_use_name, ledger.definitions, ledger.change_gap, ledger.mended_moment, ledger.decider, ledger.erasure
    TO landsync_loader;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    land.parcel, land.withheld_id, ledger.settled_commune, land.land_use_part, land_private.land_user, land_private.certificate, land_private.land_right, land_private.restriction, land_private.transferee, land_private.land_user_status, ledger.manifest
    TO landsync_loader;
GRANT SELECT, INSERT, UPDATE ON
    land.parcel_alias, land.commune_count, land.national_id_claim, land.legal_day, land.dataset, land.source_state, land.source_watermark, ledger.run_state, ledger.hold_state, ledger.province_state,
    ledger.finding_case, ledger.quarantine_state
    TO landsync_loader;
GRANT SELECT, INSERT ON
    land.parcel_version, land.parcel_told, land.land_use_part_version, land.lineage_event, land.lineage_edge, land.parcel_conversion, land.commune_boundary, land.commune_expected,
    land_private.land_user_version, land_private.certificate_version, land_private.land_right_version, land_private.restriction_version, land_private.transferee_version, land_private.population_result,
    ledger.population_import, ledger.population_import_province,
    ledger.private_key, ledger.run, ledger.stage, ledger.stage_cost, ledger.change_set, ledger.receipt, ledger.receipt_line, ledger.receipt_column, ledger.dataset_verdict, ledger.finding,
    ledger.finding_event, ledger.finding_exception, ledger.register_run,
    ledger.quarantine, ledger.hold, ledger.approval, ledger.reconciliation, ledger.national_report
    TO landsync_loader;
GRANT SELECT ON ALL TABLES IN SCHEMA analyst TO landsync_loader;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA land, analyst TO landsync_loader;

-- The central office: all of the national data and the whole ledger, read only. The operator may also look at
-- land users and certificates, and at the hashes of what says something of them.
GRANT USAGE ON SCHEMA land, ledger, analyst TO central_operator, central_viewer;
GRANT SELECT ON ALL TABLES IN SCHEMA analyst TO central_operator, central_viewer, analyst;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA analyst TO central_operator, central_viewer, analyst;
GRANT USAGE ON SCHEMA land_private TO central_operator;
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA land_private TO central_operator;
GRANT EXECUTE ON FUNCTION province.own_province() TO central_operator;

-- Analysts: the views and functions made for them, of which none holds personal data.
GRANT USAGE ON SCHEMA analyst TO analyst;

DO $$
DECLARE
    -- Hashes over what a delivery says of persons too, without a key: its bytes, a snapshot, and what receipts of before the key cover.
    -- Who may not read land users could try numbers against them.
    told_of_persons constant text[] := ARRAY[
        'ledger.receipt.delivery_sha256', 'ledger.receipt.snapshot_sha256', 'ledger.receipt.previous_sha256',
        'ledger.receipt.receipt_sha256', 'ledger.receipt_line.manifest_sha256', 'ledger.province_state.receipt_sha256',
        'ledger.settled_commune.content_hmac', 'ledger.run_state.delivery_sha256', 'ledger.stage.counts', 'land.dataset.delivery_sha256'];
    parent record;
    province text;
BEGIN
    FOR parent IN
        SELECT n.nspname, c.relname,
               (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
                FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                  AND concat_ws('.', n.nspname, c.relname, a.attname) <> ALL (told_of_persons)) AS shown,
               NOT EXISTS (SELECT FROM unnest(told_of_persons) AS x (told)
                           WHERE starts_with(x.told, concat_ws('.', n.nspname, c.relname, ''))) AS all_shown
        FROM pg_catalog.pg_class AS c
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('land', 'land_private', 'ledger')
          AND c.relkind IN ('r', 'p', 'v')
          AND NOT c.relispartition
    LOOP
        EXECUTE format('GRANT SELECT ON %I.%I TO central_operator', parent.nspname, parent.relname);
        IF parent.nspname <> 'land_private' THEN
            EXECUTE format('GRANT SELECT %s ON %I.%I TO central_viewer',
                           CASE WHEN parent.all_shown THEN '' ELSE '(' || parent.shown || ')' END, parent.nspname, parent.relname);
        END IF;
    END LOOP;

    -- A province: the views of schema `province`, which show its own rows, and its own rows of the private tables.
    FOR province IN SELECT rolname FROM pg_catalog.pg_roles WHERE rolname ~ '^province_[0-9]{2}$' LOOP
        EXECUTE format('GRANT USAGE ON SCHEMA province, land_private TO %I', province);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA province TO %I', province);
        EXECUTE format('GRANT EXECUTE ON ALL ROUTINES IN SCHEMA province TO %I', province);
        -- Functions inside a view run with the reader's rights.
        EXECUTE format('GRANT USAGE ON SCHEMA analyst TO %I', province);
        EXECUTE format('GRANT EXECUTE ON FUNCTION analyst.to_wgs84(public.geometry), analyst.to_vn2000(public.geometry), '
                       'analyst.first_day(date, date), analyst.known_day(date, date, text, timestamptz) TO %I', province);
        EXECUTE format('GRANT SELECT ON land_private.land_user, land_private.land_user_version, '
                       'land_private.certificate, land_private.certificate_version, '
                       'land_private.land_right, land_private.land_right_version, '
                       'land_private.restriction, land_private.restriction_version, land_private.transferee, land_private.transferee_version, '
                       'land_private.population_result, land_private.land_user_status, land_private.parcel_state, land_private.parcel_bound TO %I', province);
        EXECUTE format('GRANT EXECUTE ON ALL ROUTINES IN SCHEMA land_private TO %I', province);
    END LOOP;
END
$$;
