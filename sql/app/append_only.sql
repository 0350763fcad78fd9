-- Evidence and closed versions can be added to, never changed or taken away: not by the loader, not by the owner.
-- Statement triggers, because TRUNCATE knows no others, and on every partition, because one can be named directly.
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'Bảng %.% chỉ được ghi thêm: không được %. / The table %.% is append-only: % is refused.',
        TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'LS001',
              HINT = 'Muốn sửa sai thì ghi thêm một dòng mới (một lần chạy mới). / To put something right, add a new row (a new run).';
END
$$;

DO $$
DECLARE
    evidence constant regclass[] := ARRAY[
        'ledger.definitions', 'ledger.run', 'ledger.stage', 'ledger.change_set', 'ledger.receipt', 'ledger.receipt_line', 'ledger.receipt_column', 'ledger.dataset_verdict',
        'ledger.finding', 'ledger.finding_event', 'ledger.finding_exception', 'ledger.register_run', 'ledger.quarantine', 'ledger.hold', 'ledger.approval', 'ledger.decider', 'ledger.reconciliation', 'ledger.national_report',
        'ledger.mended_moment', 'ledger.private_key',
        'ledger.claim_release', 'ledger.population_import', 'ledger.population_import_province',
        'land.parcel_version', 'land.parcel_told', 'land.land_use_part_version', 'land.lineage_event', 'land.lineage_edge',
        'land.parcel_conversion', 'land.commune_boundary', 'land.commune_expected',
        'land_private.land_user_version', 'land_private.certificate_version', 'land_private.land_right_version', 'land_private.restriction_version', 'land_private.transferee_version',
        'land_private.population_result']::regclass[];
    guarded regclass;
BEGIN
    FOR guarded IN
        SELECT tree.relid
        FROM unnest(evidence) AS root
        CROSS JOIN LATERAL (
            SELECT root AS relid
            UNION
            SELECT t.relid FROM pg_catalog.pg_partition_tree(root) AS t
        ) AS tree
        WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = tree.relid AND t.tgname = 'append_only')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s '
            'FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', guarded);
    END LOOP;
END
$$;
