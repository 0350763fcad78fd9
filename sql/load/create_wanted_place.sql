CREATE TEMP TABLE wanted_place (
    commune_code text COLLATE "C",
    part_no integer,
    row_no bigint,
    source_system text COLLATE "C",
    source_key text COLLATE "C",
    national_id text COLLATE "C",
    sheet_no text COLLATE "C",
    parcel_no text COLLATE "C",
    lon double precision,
    lat double precision
) ON COMMIT DROP
