CREATE TEMP TABLE merge_finding (
    finding_id uuid, commune_code text, check_code text, severity text, row_no bigint, handle text,
    measure double precision, unit text, width_mm double precision, detail text, others text[], other_commune_code text,
    names text[], other_names text[], former_id uuid, quarantines boolean, known boolean NOT NULL, place_wkb text, place_srid integer, stored_wkb text
) ON COMMIT DROP
