CREATE SCHEMA land;
CREATE SCHEMA land_private;
CREATE SCHEMA ledger;
CREATE SCHEMA staging;
CREATE SCHEMA analyst;
CREATE SCHEMA province;

-- Reference tables: as parcels/reference/*.csv, column by column. A row that the files no longer hold gets a
-- valid_to; none is ever deleted.
CREATE TABLE land.province (
    province_code text NOT NULL CHECK (province_code ~ '^[0-9]{2}$'),
    valid_from date NOT NULL,
    valid_to date,
    name text NOT NULL,
    full_name text NOT NULL,
    kind text NOT NULL,
    kind_since date NOT NULL,
    kind_since_certainty text NOT NULL,
    kind_before text,
    kind_as_of date NOT NULL,
    source text NOT NULL,
    PRIMARY KEY (province_code, valid_from)
);

-- Commune codes are re-used: 3,310 of the 3,321 codes of July 2025 named another territory before.
CREATE TABLE land.commune (
    commune_code text NOT NULL CHECK (commune_code ~ '^[0-9]{5}$'),
    valid_from date NOT NULL,
    valid_to date,
    name text NOT NULL,
    kind text NOT NULL,
    province_code text NOT NULL,
    old_province_code text,
    district text,
    lon double precision,
    lat double precision,
    area_km2 double precision,
    note text,
    PRIMARY KEY (commune_code, valid_from)
);
CREATE INDEX commune_province ON land.commune (province_code, valid_from);

CREATE TABLE land.commune_conversion (
    old_code text NOT NULL,
    new_code text NOT NULL,
    extent text NOT NULL CHECK (extent IN ('whole', 'part')),
    valid_from date NOT NULL,
    valid_to date,
    old_name text NOT NULL,
    new_name text NOT NULL,
    old_province_code text NOT NULL,
    province_code text NOT NULL,
    district text,
    printed_old_code text,
    january_code text,
    january_name text,
    name_check text NOT NULL,
    reason text,
    PRIMARY KEY (old_code, new_code, valid_from)
);
CREATE INDEX commune_conversion_new ON land.commune_conversion (new_code);

-- Since when a meridian or a legacy land-use code applies is not always known: valid_from may be NULL.
CREATE TABLE land.cadastral_meridian (
    old_province_code text NOT NULL,
    old_province text NOT NULL,
    province_code text NOT NULL,
    meridian text NOT NULL,
    meridian_deg double precision NOT NULL,
    epsg integer NOT NULL,
    valid_from date,
    valid_to date,
    certainty text NOT NULL,
    source text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (old_province_code, valid_from)
);

CREATE TABLE land.land_use_code (
    land_use_code text NOT NULL,
    valid_from date,
    valid_to date,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    land_group text,
    parent_code text,
    status text NOT NULL CHECK (status IN ('current', 'legacy', 'zone')),
    certainty text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (land_use_code, valid_from)
);

CREATE TABLE land.column_catalogue (
    record text NOT NULL,
    column_name text NOT NULL,
    kind text NOT NULL,
    unit text,
    meaning_vi text NOT NULL,
    meaning_en text NOT NULL,
    source text NOT NULL,
    confidentiality text NOT NULL CHECK (confidentiality IN ('public', 'restricted', 'private')),
    hash_position integer,
    PRIMARY KEY (record, column_name)
);
