-- What a run changed of each commune by group of columns, beside the lines of its receipt: how many parcels have another value,
-- how many lost one, how many items were closed. Small changes of many runs are added up from it.
CREATE TABLE IF NOT EXISTS ledger.receipt_column (
    run_id text NOT NULL REFERENCES ledger.receipt (run_id),
    commune_code text NOT NULL,
    column_group text NOT NULL CHECK (column_group IN (
        'geometry', 'land_use', 'area', 'address', 'national_id', 'number', 'land_user', 'certificate')),
    changed integer NOT NULL CHECK (changed >= 0),
    emptied integer NOT NULL CHECK (emptied >= 0),
    closed integer NOT NULL CHECK (closed >= 0),
    PRIMARY KEY (run_id, commune_code, column_group)
);

-- Which form of a receipt was hashed: 1 its head and lines, 2 these counts as well.
ALTER TABLE ledger.receipt ADD COLUMN IF NOT EXISTS form smallint NOT NULL DEFAULT 1 CHECK (form IN (1, 2));
