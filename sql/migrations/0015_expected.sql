-- What the land statistics (thống kê, kiểm kê đất đai) expect of each commune. Every load is kept: a newer statistic stands beside
-- the older ones, and of the same day the last loaded counts.
CREATE TABLE land.commune_expected (
    commune_code text NOT NULL CHECK (commune_code ~ '^[0-9]{5}$'),
    commune_valid_from date NOT NULL,
    province_code text NOT NULL,
    figure text NOT NULL CHECK (figure IN ('parcels', 'area_m2')),
    amount bigint NOT NULL CHECK (amount > 0),
    source text NOT NULL CHECK (source <> ''),
    stated_on date NOT NULL,
    old_communes text[] NOT NULL DEFAULT '{}',
    file_name text NOT NULL,
    file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    file_rows integer[] NOT NULL,
    actor text NOT NULL,
    loaded_at timestamptz NOT NULL,
    PRIMARY KEY (commune_code, commune_valid_from, figure, stated_on, loaded_at)
);
CREATE INDEX commune_expected_province ON land.commune_expected (province_code);

-- A verdict says how complete the commune is; where nobody stated what to expect, that it is unknown.
ALTER TABLE land.dataset ADD COLUMN completeness jsonb NOT NULL DEFAULT '{"state": "unknown", "figures": []}';
ALTER TABLE ledger.dataset_verdict ADD COLUMN completeness jsonb;
ALTER TABLE ledger.quarantine_state ADD COLUMN area_m2 numeric(18, 4);

-- What was called đủ until now said whether the rows that came are filled in, not whether all came.
UPDATE land.dataset
SET measures = measures || jsonb_build_object('thong_tin', measures -> 'du', 'du', NULL)
WHERE measures ? 'du' AND NOT measures ? 'thong_tin';
UPDATE land.dataset
SET measured = measured || jsonb_build_object('thong_tin', measured -> 'du', 'du', NULL)
WHERE measured ? 'du' AND NOT measured ? 'thong_tin';
