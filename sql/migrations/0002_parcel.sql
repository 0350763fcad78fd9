-- The versions open on both clocks: valid time (the source's, unknown is NULL) and recorded time (ours).
CREATE TABLE land.parcel (
    parcel_uid uuid NOT NULL,
    province_code text NOT NULL,
    commune_code text NOT NULL,
    commune_valid_from date NOT NULL,
    sheet_no text,
    parcel_no text,
    map_scale text,
    map_set text,
    national_id text,
    source_system text NOT NULL,
    source_key text,
    source_version text,
    land_use text,
    area_legal_m2 numeric(18,4),
    address text,
    surveyed_on date,
    valid_from date,
    valid_to date,
    source_srid integer NOT NULL,
    area_m2 numeric(18,4) NOT NULL,
    geom geometry(MultiPolygon, 4756) NOT NULL,
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    hash_version smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz CHECK (recorded_to IS NULL),
    stale_since timestamptz,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid)
) PARTITION BY LIST (province_code);
CREATE INDEX parcel_commune ON land.parcel (commune_code, sheet_no, parcel_no);
CREATE INDEX parcel_national_id ON land.parcel (national_id);
CREATE INDEX parcel_geom ON land.parcel USING gist (geom);

-- What was live once: closed by a change, an ending, or a move. Never deleted.
CREATE TABLE land.parcel_version (
    parcel_uid uuid NOT NULL,
    province_code text NOT NULL,
    commune_code text NOT NULL,
    commune_valid_from date NOT NULL,
    sheet_no text,
    parcel_no text,
    map_scale text,
    map_set text,
    national_id text,
    source_system text NOT NULL,
    source_key text,
    source_version text,
    land_use text,
    area_legal_m2 numeric(18,4),
    address text,
    surveyed_on date,
    valid_from date,
    valid_to date,
    source_srid integer NOT NULL,
    area_m2 numeric(18,4) NOT NULL,
    geom geometry(MultiPolygon, 4756) NOT NULL,
    content_hash bytea NOT NULL,
    hash_version smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    stale_since timestamptz,
    run_id text NOT NULL,
    closed_by_run text NOT NULL,
    closed_because text NOT NULL CHECK (closed_because IN ('changed', 'ended')),
    PRIMARY KEY (province_code, parcel_uid, recorded_from)
) PARTITION BY LIST (province_code);
CREATE INDEX parcel_version_commune ON land.parcel_version (commune_code);
CREATE INDEX parcel_version_geom ON land.parcel_version USING gist (geom);

-- Dated handles of a parcel. A source key stays with its parcel after the end: the same object coming back
-- is the same parcel. Sheet numbers are re-used, so theirs close with the parcel.
CREATE TABLE land.parcel_alias (
    province_code text NOT NULL,
    alias_kind text NOT NULL CHECK (alias_kind IN ('source_key', 'national_id', 'sheet')),
    alias_value text NOT NULL,
    parcel_uid uuid NOT NULL,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz,
    run_id text NOT NULL,
    closed_by_run text
) PARTITION BY LIST (province_code);
CREATE UNIQUE INDEX parcel_alias_open ON land.parcel_alias (province_code, alias_kind, alias_value) WHERE recorded_to IS NULL;
CREATE INDEX parcel_alias_parcel ON land.parcel_alias (province_code, parcel_uid, alias_kind);

-- Who holds a national id, over all provinces. Not partitioned: this key is what makes an id unique under
-- concurrent loads. A released id keeps its row with no holder, so that every change of hands locks one row.
CREATE TABLE land.national_id_claim (
    national_id text COLLATE "C" PRIMARY KEY,
    parcel_uid uuid,
    province_code text,
    claimed_at timestamptz,
    run_id text NOT NULL
);
CREATE INDEX national_id_claim_parcel ON land.national_id_claim (parcel_uid);

CREATE TABLE land.parcel_lineage (
    parent_uid uuid NOT NULL,
    child_uid uuid NOT NULL,
    province_code text NOT NULL,
    relation text NOT NULL CHECK (relation IN ('renumbered', 'split', 'merged', 'replaced')),
    evidence text NOT NULL,
    recorded_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (parent_uid, child_uid, relation)
);

CREATE TABLE land.land_use_part (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    land_use_code text NOT NULL,
    use_area_m2 numeric(18,4),
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    hash_version smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no)
) PARTITION BY LIST (province_code);

CREATE TABLE land.land_use_part_version (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    land_use_code text NOT NULL,
    use_area_m2 numeric(18,4),
    content_hash bytea NOT NULL,
    hash_version smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    run_id text NOT NULL,
    closed_by_run text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no, recorded_from)
) PARTITION BY LIST (province_code);

CREATE TABLE land_private.land_user (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    land_user_name text,
    land_user_id_number text,
    land_user_birth_year integer,
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    hash_version smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no)
) PARTITION BY LIST (province_code);

CREATE TABLE land_private.land_user_version (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    land_user_name text,
    land_user_id_number text,
    land_user_birth_year integer,
    content_hash bytea NOT NULL,
    hash_version smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    run_id text NOT NULL,
    closed_by_run text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no, recorded_from)
) PARTITION BY LIST (province_code);

CREATE TABLE land_private.certificate (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    certificate_no text,
    certificate_issued_on date,
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    hash_version smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no)
) PARTITION BY LIST (province_code);

CREATE TABLE land_private.certificate_version (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    certificate_no text,
    certificate_issued_on date,
    content_hash bytea NOT NULL,
    hash_version smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    run_id text NOT NULL,
    closed_by_run text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no, recorded_from)
) PARTITION BY LIST (province_code);

-- The last accepted judgement of each commune.
CREATE TABLE land.dataset (
    commune_code text NOT NULL,
    commune_valid_from date NOT NULL,
    province_code text NOT NULL,
    run_id text NOT NULL,
    delivery_sha256 text NOT NULL,
    extracted_at timestamptz,
    accepted_at timestamptz NOT NULL,
    complete boolean NOT NULL,
    rows_read integer NOT NULL,
    quarantined integer NOT NULL,
    unreadable integer NOT NULL,
    usability_group smallint NOT NULL CHECK (usability_group IN (1, 2, 3)),
    provisional boolean NOT NULL,
    reasons jsonb NOT NULL,
    measures jsonb NOT NULL,
    policy text NOT NULL,
    PRIMARY KEY (commune_code, commune_valid_from)
);
CREATE INDEX dataset_province ON land.dataset (province_code);
