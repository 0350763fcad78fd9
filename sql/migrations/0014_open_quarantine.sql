-- Which refused rows are still waiting to be put right. ledger.quarantine is evidence of every run; this is what now holds:
-- a commune is judged with the rows of its open quarantine, whichever run brought them.
CREATE TABLE ledger.quarantine_state (
    run_id text NOT NULL,
    row_no bigint NOT NULL,
    province_code text NOT NULL,
    commune_code text NOT NULL,
    parcel_uid uuid,
    source_system text,
    source_key text,
    national_id text,
    old_commune_code text,
    map_set text,
    map_scale text,
    sheet_no text,
    parcel_no text,
    geom geometry(Geometry, 4756),
    source_alias text,
    national_alias text,
    sheet_alias text,
    shape text,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    closed_by_run text REFERENCES ledger.run (run_id),
    PRIMARY KEY (run_id, row_no),
    FOREIGN KEY (run_id, row_no) REFERENCES ledger.quarantine (run_id, row_no)
);
CREATE INDEX quarantine_state_open ON ledger.quarantine_state (province_code, commune_code) WHERE state = 'open';

-- Of the runs of before, what the last one that went live left of each commune.
INSERT INTO ledger.quarantine_state (
    run_id, row_no, province_code, commune_code, parcel_uid, source_key, national_id, sheet_no, parcel_no, source_alias,
    national_alias, state)
SELECT q.run_id, q.row_no, q.province_code, q.commune_code, q.parcel_uid, q.source_key, q.national_id, q.sheet_no, q.parcel_no,
       (SELECT a.alias_value FROM land.parcel_alias AS a
        WHERE a.province_code = q.province_code AND a.parcel_uid = q.parcel_uid AND a.alias_kind = 'source_key'
          AND a.recorded_to IS NULL AND right(a.alias_value, length(q.source_key) + 1) = '|' || q.source_key),
       CASE WHEN q.source_key IS NULL THEN q.national_id END, 'open'
FROM ledger.quarantine AS q
JOIN land.dataset AS d ON d.commune_code = q.commune_code AND d.run_id = q.run_id;
