-- The register of findings: one case for each thing that is wrong, over all runs, until it is mended or excused.

-- What else a finding says: how wide it is, which other parcels it is about, and the commune across a seam.
ALTER TABLE ledger.finding
    ADD COLUMN width_mm double precision,
    ADD COLUMN others text[],
    ADD COLUMN other_commune_code text;

-- Findings that somebody answers for: shown wherever the group is shown that they no longer count against.
ALTER TABLE ledger.dataset_verdict ADD COLUMN excused integer NOT NULL DEFAULT 0;
ALTER TABLE land.dataset ADD COLUMN excused integer NOT NULL DEFAULT 0;

-- When a run wrote the register, and what it came to: what goes live after that moment was not looked at by a
-- judgement that began before it.
CREATE TABLE ledger.register_run (
    run_id text PRIMARY KEY REFERENCES ledger.run (run_id),
    province_code text NOT NULL,
    recorded_at timestamptz NOT NULL,
    counts jsonb NOT NULL
);
CREATE INDEX register_run_recorded ON ledger.register_run (recorded_at);

-- The present state of each case. Of the two sides of a seam the commune with the lesser code comes first, so that both
-- sides have one case, whichever of them was judged. `accepted` is no state here: an exception expires by itself, so
-- the views say it by the day. How a case came to its state stands in ledger.finding_event.
CREATE TABLE ledger.finding_case (
    finding_id uuid PRIMARY KEY,
    check_code text NOT NULL,
    severity text NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    quarantines boolean NOT NULL,
    province_code text NOT NULL,
    commune_code text NOT NULL,
    handles text[] NOT NULL,
    other_province_code text,
    other_commune_code text CHECK (other_commune_code COLLATE "C" > commune_code COLLATE "C"),
    other_handles text[] NOT NULL,
    measure double precision,
    unit text,
    width_mm double precision,
    detail text,
    place geometry(Geometry, 4756),
    state text NOT NULL CHECK (state IN ('new', 'open', 'returned', 'fixed', 'retired')),
    state_since timestamptz NOT NULL,
    state_run_id text NOT NULL REFERENCES ledger.run (run_id),
    first_seen_at timestamptz NOT NULL,
    first_run_id text NOT NULL REFERENCES ledger.run (run_id),
    last_seen_at timestamptz NOT NULL,
    last_run_id text NOT NULL REFERENCES ledger.run (run_id),
    times_returned integer NOT NULL DEFAULT 0,
    excused_until date,
    exception_id bigint,
    CHECK ((excused_until IS NULL) = (exception_id IS NULL))
) WITH (fillfactor = 80);
-- Every run and every reader asks for the cases of some communes in some state, from either side of a seam.
CREATE INDEX finding_case_commune ON ledger.finding_case (commune_code, state, check_code);
CREATE INDEX finding_case_other_commune ON ledger.finding_case (other_commune_code, state) WHERE other_commune_code IS NOT NULL;
CREATE INDEX finding_case_province ON ledger.finding_case (province_code, state, check_code);
CREATE INDEX finding_case_other_province ON ledger.finding_case (other_province_code, state) WHERE other_province_code IS NOT NULL;
CREATE INDEX finding_case_excused ON ledger.finding_case (excused_until) WHERE excused_until IS NOT NULL;
CREATE INDEX finding_case_place ON ledger.finding_case USING gist (place);

-- Every change of state or of severity, one per case and run at most. Being found again changes neither: that stands in
-- ledger.finding.
CREATE TABLE ledger.finding_event (
    finding_id uuid NOT NULL REFERENCES ledger.finding_case (finding_id),
    run_id text NOT NULL REFERENCES ledger.run (run_id),
    recorded_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('new', 'open', 'returned', 'fixed', 'retired')),
    because text NOT NULL CHECK (because IN ('found', 'severity', 'mended', 'gone', 'superseded', 'dropped')),
    severity text NOT NULL,
    PRIMARY KEY (finding_id, run_id)
);
CREATE INDEX finding_event_run ON ledger.finding_event (run_id);

-- Who answers for a finding, why and until when; and who took that back.
CREATE TABLE ledger.finding_exception (
    exception_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    finding_id uuid NOT NULL REFERENCES ledger.finding_case (finding_id),
    decision text NOT NULL CHECK (decision IN ('accept', 'withdraw')),
    actor text NOT NULL,
    reason text NOT NULL CHECK (length(btrim(reason)) > 0),
    valid_until date,
    policy text NOT NULL,
    decided_at timestamptz NOT NULL,
    CHECK ((decision = 'accept') = (valid_until IS NOT NULL))
);
CREATE INDEX finding_exception_finding ON ledger.finding_exception (finding_id, decided_at);
ALTER TABLE ledger.finding_case
    ADD FOREIGN KEY (exception_id) REFERENCES ledger.finding_exception (exception_id);
