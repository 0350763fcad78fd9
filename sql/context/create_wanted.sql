CREATE TEMP TABLE wanted_id (national_id text COLLATE "C", commune_code text COLLATE "C") ON COMMIT DROP
