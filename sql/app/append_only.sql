-- Evidence and closed versions can be added to, never changed or taken away: not by the loader, not by the owner.
-- Statement triggers, because TRUNCATE knows no others, and on every partition, because one can be named directly.
-- But of a person who is erased (ledger.erasure) the values may go, row by row, and nothing else: to the ref that the ledger tells of, by
-- which nobody is known. TG_ARGV: the column of the ref, and which columns must stay as they are; what is in neither goes. Without
-- the second, all others stay.
CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    was jsonb;
    now_is jsonb;
    stay text[];
BEGIN
    IF TG_LEVEL = 'ROW' THEN
        was := to_jsonb(OLD);
        now_is := to_jsonb(NEW);
        stay := coalesce(TG_ARGV[1]::text[], (SELECT array_agg(k) FROM jsonb_object_keys(now_is) AS k WHERE k <> ALL (ARRAY[TG_ARGV[0], 'content_hash'])));
        IF EXISTS (SELECT FROM ledger.erasure AS e WHERE e.province_code = now_is ->> 'province_code' AND e.erased_ref::text = now_is ->> TG_ARGV[0])
           AND NOT EXISTS (
               SELECT
               FROM jsonb_each(now_is) AS n (name, value)
               WHERE CASE
                         WHEN n.name = ANY (stay) THEN n.value IS DISTINCT FROM was -> n.name
                         WHEN n.name IN (TG_ARGV[0], 'content_hash', 'user_uid') THEN false
                         WHEN n.name = 'user_bound' THEN n.value IS DISTINCT FROM 'false'
                         ELSE n.value IS DISTINCT FROM 'null'
                     END)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'Bảng %.% chỉ được ghi thêm: không được %. / The table %.% is append-only: % is refused.',
        TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'LS001',
              HINT = 'Muốn sửa sai thì ghi thêm một dòng mới (một lần chạy mới). / To put something right, add a new row (a new run).';
END
$$;

DO $$
DECLARE
    evidence constant regclass[] := ARRAY[
        'ledger.definitions', 'ledger.run', 'ledger.stage', 'ledger.stage_cost', 'ledger.change_set', 'ledger.receipt', 'ledger.receipt_line', 'ledger.receipt_column', 'ledger.dataset_verdict',
        'ledger.finding', 'ledger.finding_event', 'ledger.finding_exception', 'ledger.register_run', 'ledger.quarantine', 'ledger.hold', 'ledger.approval', 'ledger.decider', 'ledger.reconciliation', 'ledger.national_report',
        'ledger.mended_moment', 'ledger.private_key', 'ledger.erasure',
        'ledger.claim_release', 'ledger.population_import', 'ledger.population_import_province',
        'land.parcel_version', 'land.parcel_told', 'land.land_use_part_version', 'land.lineage_event', 'land.lineage_edge',
        'land.parcel_conversion', 'land.commune_boundary', 'land.commune_expected',
        'land_private.land_user_version', 'land_private.certificate_version', 'land_private.land_right_version', 'land_private.restriction_version', 'land_private.transferee_version',
        'land_private.population_result']::regclass[];
    erasable constant jsonb := jsonb_build_object(
        'land_private.land_user_version', ARRAY['user_ref', '{province_code,parcel_uid,item_no,hash_version,recorded_from,recorded_to,late_row,run_id,closed_by_run}'],
        'land_private.land_right_version', ARRAY['user_ref'],
        'land_private.population_result', ARRAY['land_user_key']);
    guarded record;
BEGIN
    FOR guarded IN
        SELECT tree.relid::regclass AS name, 'DELETE OR TRUNCATE' || CASE WHEN erasable ? root::text THEN '' ELSE ' OR UPDATE' END AS events
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
            'CREATE TRIGGER append_only BEFORE %s ON %s FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()', guarded.events, guarded.name);
    END LOOP;
    -- Of rows: partitions have them from their parents.
    FOR guarded IN
        SELECT e.key::regclass AS name, (SELECT string_agg(quote_literal(a), ', ') FROM jsonb_array_elements_text(e.value) AS a) AS arguments
        FROM jsonb_each(erasable) AS e
        WHERE NOT EXISTS (
            SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = e.key::regclass AND t.tgname = 'erased_only')
    LOOP
        EXECUTE format(
            'CREATE TRIGGER erased_only BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change(%s)', guarded.name, guarded.arguments);
    END LOOP;
END
$$;
