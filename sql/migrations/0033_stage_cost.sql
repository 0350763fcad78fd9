-- What each attempt at a stage took. NULL: it could not be measured. Kept apart from ledger.stage, for a cost that cannot be written
-- must not lose the attempt.
CREATE TABLE ledger.stage_cost (
    run_id text NOT NULL,
    stage text NOT NULL,
    attempt integer NOT NULL,
    way text NOT NULL,
    wall_seconds double precision NOT NULL CHECK (wall_seconds >= 0),
    cpu_seconds double precision CHECK (cpu_seconds >= 0),
    worker_cpu_seconds double precision CHECK (worker_cpu_seconds >= 0),
    server_cpu_seconds double precision CHECK (server_cpu_seconds >= 0),
    peak_bytes bigint CHECK (peak_bytes >= 0),
    rows_read bigint CHECK (rows_read >= 0),
    bytes_read bigint CHECK (bytes_read >= 0),
    bytes_written bigint CHECK (bytes_written >= 0),
    server_wal_bytes bigint CHECK (server_wal_bytes >= 0),
    PRIMARY KEY (run_id, stage, attempt),
    FOREIGN KEY (run_id, stage, attempt) REFERENCES ledger.stage (run_id, stage, attempt)
);
