CREATE TEMP TABLE expected_incoming (
    commune_code text NOT NULL,
    commune_valid_from date NOT NULL,
    province_code text NOT NULL,
    figure text NOT NULL,
    amount bigint NOT NULL,
    source text NOT NULL,
    stated_on date NOT NULL,
    old_communes text[] NOT NULL,
    file_rows integer[] NOT NULL
) ON COMMIT DROP
