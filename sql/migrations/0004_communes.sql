-- What became of every parcel's old commune and old sheet: a row whenever that was decided anew, never changed.
-- A parcel delivered with the codes of today gets none; the row it once got stays true of where it came from.
CREATE TABLE land.parcel_conversion (
    parcel_uid uuid NOT NULL,
    province_code text NOT NULL,
    old_code text NOT NULL CHECK (old_code ~ '^[0-9]{5}$'),
    old_sheet_no text,
    map_scale text,
    new_code text NOT NULL CHECK (new_code ~ '^[0-9]{5}$'),
    new_sheet_no text,
    decided_by text NOT NULL CHECK (decided_by IN ('whole', 'sheet', 'geometry')),
    run_id text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, recorded_at)
) PARTITION BY LIST (province_code);
CREATE INDEX parcel_conversion_old ON land.parcel_conversion (old_code, old_sheet_no);

-- The outlines of communes as the central administration loaded them. A later load of a commune stands beside the
-- earlier one; the last loaded of the last valid_from counts.
CREATE TABLE land.commune_boundary (
    commune_code text NOT NULL CHECK (commune_code ~ '^[0-9]{5}$'),
    valid_from date NOT NULL,
    loaded_at timestamptz NOT NULL,
    province_code text NOT NULL,
    source_name text NOT NULL,
    source_sha256 text NOT NULL CHECK (source_sha256 ~ '^[0-9a-f]{64}$'),
    actor text NOT NULL,
    geom geometry(MultiPolygon, 4756) NOT NULL,
    PRIMARY KEY (commune_code, valid_from, loaded_at)
);
CREATE INDEX commune_boundary_province ON land.commune_boundary (province_code);
CREATE INDEX commune_boundary_geom ON land.commune_boundary USING gist (geom);

DO $$
DECLARE
    province text;
BEGIN
    FOR province IN SELECT s.province_code FROM ledger.province_state AS s ORDER BY s.province_code LOOP
        EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES IN (%L)',
                       'land.parcel_conversion_' || province, 'land.parcel_conversion', province);
    END LOOP;
END
$$;
