CREATE SCHEMA land;
CREATE SCHEMA land_private;
CREATE SCHEMA ledger;
CREATE SCHEMA staging;
CREATE SCHEMA analyst;

CREATE TABLE land.province (
    province_code text NOT NULL CHECK (province_code ~ '^[0-9]{2}$'),
    valid_from date NOT NULL,
    valid_to date,
    name text NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (province_code, valid_from)
);

-- Commune codes are re-used: 3,310 of the 3,321 codes of July 2025 named another territory before.
CREATE TABLE land.commune (
    commune_code text NOT NULL CHECK (commune_code ~ '^[0-9]{5}$'),
    valid_from date NOT NULL,
    valid_to date,
    province_code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    old_province text,
    lon double precision,
    lat double precision,
    area_km2 numeric,
    PRIMARY KEY (commune_code, valid_from)
);
CREATE INDEX commune_province ON land.commune (province_code, valid_from);

CREATE TABLE land.commune_conversion (
    old_code text NOT NULL,
    new_code text NOT NULL,
    effective_on date NOT NULL,
    extent text NOT NULL CHECK (extent IN ('whole', 'part')),
    old_name text,
    new_name text,
    correction text,
    PRIMARY KEY (old_code, new_code, effective_on)
);
CREATE INDEX commune_conversion_new ON land.commune_conversion (new_code);

CREATE TABLE land.cadastral_meridian (
    province_code text NOT NULL,
    old_province text NOT NULL,
    meridian_degrees numeric NOT NULL,
    epsg integer NOT NULL,
    certainty text,
    PRIMARY KEY (province_code, old_province)
);

CREATE TABLE land.land_use_code (
    land_use_code text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    name_vi text NOT NULL,
    name_en text,
    land_group text,
    status text NOT NULL,
    certainty text,
    PRIMARY KEY (land_use_code, valid_from)
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
