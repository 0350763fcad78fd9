-- What became of which parcel: events, and edges from land of before to land of after. The table of before was never written.
DROP TABLE land.parcel_lineage;

-- A decision about an event is a further row that names it in `decides`; it has no edges of its own.
CREATE TABLE land.lineage_event (
    event_id uuid PRIMARY KEY,
    province_code text NOT NULL,
    commune_code text,
    kind text NOT NULL CHECK (kind IN (
        'split', 'merge', 'reallocation', 'exchange', 'resurvey', 'renumber', 'rekey', 'admin_merge', 'correction',
        'hand_over', 'replaced')),
    state text NOT NULL CHECK (state IN ('declared', 'proposed', 'confirmed', 'refused')),
    decides uuid REFERENCES land.lineage_event (event_id),
    legal_date date,
    evidence jsonb NOT NULL,
    decided_by text,
    policy text NOT NULL,
    recorded_at timestamptz NOT NULL,
    run_id text NOT NULL,
    CHECK (decides IS NULL OR state IN ('confirmed', 'refused')),
    CHECK (state IN ('declared', 'proposed') OR decided_by IS NOT NULL)
);
CREATE INDEX lineage_event_run ON land.lineage_event (run_id);
CREATE INDEX lineage_event_decides ON land.lineage_event (decides) WHERE decides IS NOT NULL;

-- A version is named by its parcel and since when it was recorded.
CREATE TABLE land.lineage_edge (
    event_id uuid NOT NULL REFERENCES land.lineage_event (event_id),
    province_code text NOT NULL,
    parent_uid uuid NOT NULL,
    parent_recorded_from timestamptz NOT NULL,
    child_uid uuid NOT NULL,
    child_recorded_from timestamptz NOT NULL,
    share_of_parent numeric(7,6) NOT NULL CHECK (share_of_parent BETWEEN 0 AND 1),
    share_of_child numeric(7,6) NOT NULL CHECK (share_of_child BETWEEN 0 AND 1),
    area_m2 numeric(18,4) NOT NULL,
    PRIMARY KEY (event_id, parent_uid, child_uid)
);
CREATE INDEX lineage_edge_parent ON land.lineage_edge (parent_uid);
CREATE INDEX lineage_edge_child ON land.lineage_edge (child_uid);
