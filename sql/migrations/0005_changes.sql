-- Change sets: what is known of every object of a source, up to when each commune is known whole, and which sets came.

-- The last accepted claim about an object: of a change set (the row's version), or of a full snapshot (when it was
-- extracted; the version too, where it says one). An ended object stays, as its own tombstone. A complete snapshot
-- that only repeats what is known writes nothing here: land.source_watermark speaks for all its objects at once.
CREATE TABLE land.source_state (
    province_code text NOT NULL,
    source_alias text NOT NULL,
    order_kind text CHECK (order_kind IN ('number', 'time')),
    source_order bigint,
    observed_at timestamptz,
    by_snapshot boolean NOT NULL,
    ended boolean NOT NULL,
    refused_at timestamptz,
    recorded_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, source_alias),
    CHECK ((order_kind IS NULL) = (source_order IS NULL))
) PARTITION BY LIST (province_code);

-- When the newest full snapshot was extracted that was accepted as complete for a commune, and up to which change set
-- it reaches, where it says so.
CREATE TABLE land.source_watermark (
    province_code text NOT NULL,
    commune_code text NOT NULL,
    snapshot_at timestamptz NOT NULL,
    sequence bigint,
    recorded_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, commune_code)
);

-- Every change set that was merged. Evidence: gaps are worked out from it each time, so none is lost, in whatever
-- order the sets came.
CREATE TABLE ledger.change_set (
    run_id text PRIMARY KEY REFERENCES ledger.run (run_id),
    province_code text NOT NULL,
    source_system text NOT NULL,
    sequence bigint CHECK (sequence > 0),
    since timestamptz,
    until timestamptz,
    observed_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    CHECK ((sequence IS NULL) <> (since IS NULL)),
    CHECK ((since IS NULL) = (until IS NULL)),
    CHECK (since < until)
);
CREATE INDEX change_set_province ON ledger.change_set (province_code, source_system);

-- The judgement of a commune is of its last full snapshot; what change sets did to it since is counted beside it.
ALTER TABLE land.dataset
    ADD COLUMN changed_at timestamptz,
    ADD COLUMN change_rows integer NOT NULL DEFAULT 0,
    ADD COLUMN change_quarantined integer NOT NULL DEFAULT 0;

DO $$
DECLARE
    province text;
BEGIN
    FOREACH province IN ARRAY ARRAY[
        '01', '04', '08', '11', '12', '14', '15', '19', '20', '22', '24', '25', '31', '33', '37', '38', '40',
        '42', '44', '46', '48', '51', '52', '56', '66', '68', '75', '79', '80', '82', '86', '91', '92', '96']
    LOOP
        EXECUTE format('CREATE TABLE %s PARTITION OF land.source_state FOR VALUES IN (%L)', 'land.source_state_' || province, province);
    END LOOP;
END
$$;
