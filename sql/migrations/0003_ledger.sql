-- Evidence is append-only (no UPDATE, DELETE or TRUNCATE, see sql/app/append_only.sql).
-- What must change, the state of runs, holds and locks, is kept apart.
-- The views, functions, grants and comments (sql/app) that were live from when on: while nothing differs from the
-- last row, a migration leaves them alone and no reader waits for it.
CREATE TABLE ledger.definitions (
    definition_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    revision text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL
);

CREATE TABLE ledger.run (
    run_id text PRIMARY KEY,
    province_code text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('sync', 'apply')),
    actor text NOT NULL,
    dry_run boolean NOT NULL,
    requested text,
    parent_run_id text REFERENCES ledger.run (run_id),
    communes text[],
    airflow_run_id text,
    code_version text NOT NULL,
    started_at timestamptz NOT NULL
);
CREATE INDEX run_province ON ledger.run (province_code, started_at);
CREATE UNIQUE INDEX run_airflow ON ledger.run (airflow_run_id) WHERE airflow_run_id IS NOT NULL;

CREATE TABLE ledger.run_state (
    run_id text PRIMARY KEY REFERENCES ledger.run (run_id),
    state text NOT NULL CHECK (state IN ('running', 'done', 'held', 'rejected', 'failed', 'nothing')),
    stage text,
    delivery_sha256 text,
    extracted_at timestamptz,
    error jsonb,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz
);

CREATE TABLE ledger.stage (
    run_id text NOT NULL REFERENCES ledger.run (run_id),
    stage text NOT NULL,
    attempt integer NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('done', 'terminal', 'transient', 'failed')),
    counts jsonb NOT NULL,
    PRIMARY KEY (run_id, stage, attempt)
);

-- One per run that reached the database. Two balances per line are checked before the merge commits, and here again.
CREATE TABLE ledger.receipt (
    run_id text PRIMARY KEY REFERENCES ledger.run (run_id),
    province_code text NOT NULL,
    sequence integer NOT NULL,
    delivery_sha256 text NOT NULL,
    snapshot_sha256 text NOT NULL,
    previous_sha256 text,
    receipt_sha256 text NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (province_code, sequence)
);

CREATE TABLE ledger.receipt_line (
    run_id text NOT NULL REFERENCES ledger.receipt (run_id),
    commune_code text NOT NULL,
    read integer NOT NULL,
    new integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL,
    ended_by_row integer NOT NULL,
    ignored integer NOT NULL,
    quarantined integer NOT NULL,
    unreadable integer NOT NULL,
    held integer NOT NULL,
    current_before integer NOT NULL,
    moved_in integer NOT NULL,
    moved_out integer NOT NULL,
    ended integer NOT NULL,
    current_after integer NOT NULL,
    area_before_m2 numeric NOT NULL,
    area_in_m2 numeric NOT NULL,
    area_out_m2 numeric NOT NULL,
    area_after_m2 numeric NOT NULL,
    manifest_sha256 text NOT NULL,
    PRIMARY KEY (run_id, commune_code),
    CONSTRAINT rows_balance CHECK (read = new + changed + unchanged + ended_by_row + ignored + quarantined + unreadable + held),
    CONSTRAINT parcels_balance CHECK (current_after = current_before + new + moved_in - moved_out - ended - ended_by_row),
    CONSTRAINT area_balance CHECK (area_after_m2 = area_before_m2 + area_in_m2 - area_out_m2)
);

CREATE TABLE ledger.dataset_verdict (
    run_id text NOT NULL REFERENCES ledger.run (run_id),
    commune_code text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('accept', 'hold')),
    usability_group smallint,
    provisional boolean NOT NULL,
    reasons jsonb NOT NULL,
    measures jsonb NOT NULL,
    policy text NOT NULL,
    PRIMARY KEY (run_id, commune_code)
);

CREATE TABLE ledger.finding (
    run_id text NOT NULL REFERENCES ledger.run (run_id),
    finding_id uuid NOT NULL,
    province_code text NOT NULL,
    commune_code text NOT NULL,
    check_code text NOT NULL,
    severity text NOT NULL,
    row_no bigint NOT NULL,
    handle text,
    measure double precision,
    unit text,
    detail text,
    quarantines boolean NOT NULL,
    place geometry,
    PRIMARY KEY (run_id, finding_id, row_no)
);
CREATE INDEX finding_commune ON ledger.finding (commune_code, check_code);

CREATE TABLE ledger.quarantine (
    run_id text NOT NULL REFERENCES ledger.run (run_id),
    row_no bigint NOT NULL,
    province_code text NOT NULL,
    commune_code text NOT NULL,
    decision text NOT NULL CHECK (decision IN ('quarantine', 'unreadable')),
    codes text[] NOT NULL,
    source_key text,
    national_id text,
    sheet_no text,
    parcel_no text,
    parcel_uid uuid,
    PRIMARY KEY (run_id, row_no)
);
CREATE INDEX quarantine_commune ON ledger.quarantine (commune_code);

CREATE TABLE ledger.hold (
    run_id text NOT NULL REFERENCES ledger.run (run_id),
    commune_code text NOT NULL,
    province_code text NOT NULL,
    reasons jsonb NOT NULL,
    held_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, commune_code)
);

CREATE TABLE ledger.hold_state (
    run_id text NOT NULL,
    commune_code text NOT NULL,
    province_code text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'approved', 'refused', 'superseded')),
    decided_by_run text,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (run_id, commune_code),
    FOREIGN KEY (run_id, commune_code) REFERENCES ledger.hold (run_id, commune_code)
);
CREATE INDEX hold_state_open ON ledger.hold_state (province_code, commune_code) WHERE state = 'open';

CREATE TABLE ledger.approval (
    approval_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id text NOT NULL REFERENCES ledger.run (run_id),
    communes text[] NOT NULL,
    decision text NOT NULL CHECK (decision IN ('approve', 'refuse')),
    actor text NOT NULL,
    reason text NOT NULL CHECK (length(btrim(reason)) > 0),
    decided_at timestamptz NOT NULL
);

-- A national id taken from an ended parcel by a person: land.release_claim writes it.
CREATE TABLE ledger.claim_release (
    release_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    national_id text NOT NULL,
    parcel_uid uuid NOT NULL,
    province_code text NOT NULL,
    actor text NOT NULL,
    reason text NOT NULL,
    released_at timestamptz NOT NULL
);

CREATE TABLE ledger.reconciliation (
    reconciliation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    province_code text NOT NULL,
    actor text NOT NULL,
    started_at timestamptz NOT NULL,
    finished_at timestamptz NOT NULL,
    agrees boolean NOT NULL,
    communes_compared integer NOT NULL,
    differences jsonb NOT NULL
);

-- Locks and the head of each province's receipt chain. A run holds its province from start to finish.
CREATE TABLE ledger.province_state (
    province_code text PRIMARY KEY,
    lock_run_id text,
    lock_holder text,
    lock_expires_at timestamptz,
    receipt_sequence integer NOT NULL DEFAULT 0,
    receipt_sha256 text
);

-- Every current row after the last accepted run of its commune: what reconciliation compares with.
CREATE TABLE ledger.manifest (
    province_code text NOT NULL,
    commune_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    content_hash bytea NOT NULL,
    items_hash bytea NOT NULL,
    area_m2 numeric(18,4) NOT NULL,
    PRIMARY KEY (province_code, parcel_uid)
) PARTITION BY LIST (province_code);
CREATE INDEX manifest_commune ON ledger.manifest (commune_code);

DO $$
DECLARE
    parent text;
    province text;
BEGIN
    FOREACH parent IN ARRAY ARRAY[
        'land.parcel', 'land.parcel_version', 'land.parcel_alias', 'land.land_use_part', 'land.land_use_part_version',
        'land_private.land_user', 'land_private.land_user_version',
        'land_private.certificate', 'land_private.certificate_version', 'ledger.manifest']
    LOOP
        FOREACH province IN ARRAY ARRAY[
            '01', '04', '08', '11', '12', '14', '15', '19', '20', '22', '24', '25', '31', '33', '37', '38', '40',
            '42', '44', '46', '48', '51', '52', '56', '66', '68', '75', '79', '80', '82', '86', '91', '92', '96']
        LOOP
            EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES IN (%L)', parent || '_' || province, parent, province);
            IF parent = 'land.parcel' THEN
                EXECUTE format('INSERT INTO ledger.province_state (province_code) VALUES (%L)', province);
            END IF;
        END LOOP;
    END LOOP;
END
$$;
