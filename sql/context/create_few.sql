CREATE TEMP TABLE few (
    commune_code text, source_handle text, national_id text, sheet_no text, parcel_no text,
    west double precision, south double precision, east double precision, north double precision
) ON COMMIT DROP
