-- The well-formed lines of the file.
CREATE TEMP TABLE population_line (
    province_code text NOT NULL,
    source_system text NOT NULL,
    land_user_key text NOT NULL,
    status text NOT NULL,
    checked_at timestamptz NOT NULL
) ON COMMIT DROP
