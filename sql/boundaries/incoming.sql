CREATE TEMP TABLE boundary_incoming (
    commune_code text NOT NULL,
    valid_from date NOT NULL,
    source_sha256 text NOT NULL,
    geom geometry(MultiPolygon, 4756) NOT NULL
) ON COMMIT DROP
