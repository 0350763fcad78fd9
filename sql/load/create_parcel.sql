-- One row per row read. Quarantined and held rows carry their handles only: what is present is not ended.
CREATE UNLOGGED TABLE {parcel} (
    row_no bigint PRIMARY KEY,
    dataset text NOT NULL,
    decision text NOT NULL,
    codes text NOT NULL,
    has_error boolean NOT NULL,
    counted boolean NOT NULL,
    identified boolean NOT NULL,
    source_alias text,
    national_alias text,
    sheet_alias text,
    shape text,
    refused_geom geometry(Geometry, 4756),
    source_version text,
    delivered_commune_code text,
    delivered_sheet_no text,
    commune_decided_by text,
    action text,
    source_order bigint,
    {columns},
    content_hash bytea
)
