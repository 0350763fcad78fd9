-- The content hash, version 1, as parcels/content_hash.py writes it. Never change it: a new layout is a new version.
-- STABLE, not IMMUTABLE, where convert_to is called: only then does PostgreSQL inline them.
CREATE OR REPLACE FUNCTION land.hash_field(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value IS NULL THEN 'N;' ELSE octet_length(value)::text || ':' || value || ';' END;

CREATE OR REPLACE FUNCTION land.hash_decimal(value numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value IS NULL THEN 'N;' ELSE land.hash_field(trunc(value * 10000)::bigint::text) END;

CREATE OR REPLACE FUNCTION land.hash_date(value date) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN land.hash_field(
    lpad(extract(year FROM value)::integer::text, 4, '0') || '-'
    || lpad(extract(month FROM value)::integer::text, 2, '0') || '-'
    || lpad(extract(day FROM value)::integer::text, 2, '0'));

CREATE OR REPLACE FUNCTION land.parcel_hash(
    commune_code text, sheet_no text, parcel_no text, map_scale text, map_set text, national_id text,
    source_system text, source_key text, land_use text, area_legal_m2 numeric, address text,
    surveyed_on date, valid_from date, source_srid integer, area_m2 numeric, geom geometry
) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(
    'landsync.parcel.v1;'
    || land.hash_field(commune_code) || land.hash_field(sheet_no) || land.hash_field(parcel_no)
    || land.hash_field(map_scale) || land.hash_field(map_set) || land.hash_field(national_id)
    || land.hash_field(source_system) || land.hash_field(source_key) || land.hash_field(land_use)
    || land.hash_decimal(area_legal_m2) || land.hash_field(address) || land.hash_date(surveyed_on)
    || land.hash_date(valid_from) || land.hash_field(source_srid::text) || land.hash_decimal(area_m2)
    || land.hash_field(upper(encode(public.ST_AsBinary(geom, 'NDR'), 'hex'))),
    'UTF8'));

CREATE OR REPLACE FUNCTION land.land_use_part_hash(land_use_code text, use_area_m2 numeric) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(
    'landsync.land_use_part.v1;' || land.hash_field(land_use_code) || land.hash_decimal(use_area_m2), 'UTF8'));

-- The key joined later: it is written only where there is one, so that land users of before hash as they did.
CREATE OR REPLACE FUNCTION land.land_user_hash(
    land_user_name text, land_user_id_number text, land_user_birth_year integer, land_user_key text
) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(
    'landsync.land_user.v1;' || land.hash_field(land_user_name) || land.hash_field(land_user_id_number)
    || land.hash_field(land_user_birth_year::text)
    || CASE WHEN land_user_key IS NULL THEN '' ELSE land.hash_field(land_user_key) END, 'UTF8'));

CREATE OR REPLACE FUNCTION land.certificate_hash(certificate_no text, certificate_issued_on date) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(
    'landsync.certificate.v1;' || land.hash_field(certificate_no) || land.hash_date(certificate_issued_on), 'UTF8'));

-- How one many-valued item enters its parcel's items_hash: record, number, hash.
CREATE OR REPLACE FUNCTION land.item_bytes(record text, item_no smallint, content_hash bytea) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN convert_to(record || ':' || item_no::text || ';', 'UTF8') || content_hash;
