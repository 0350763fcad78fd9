-- What the content hash is made of, as parcels/content_hash.py writes it; the hash of each record is in record_hash.sql, but those
-- of persons, which are made under a key that SQL never sees. Never change it: a new layout is a new version.
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

-- Functions of before there was a key: what they give, anybody tries out.
DROP FUNCTION IF EXISTS land.land_user_hash, land.certificate_hash;

-- What of a personal record leaves its table: salted, so that not even with the key anything is found from it alone.
CREATE OR REPLACE FUNCTION land.salted(salt bytea, content_hash bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(salt || content_hash);

-- By which key of which system a parcel goes: no content, so it has a hash of its own.
CREATE OR REPLACE FUNCTION land.handle_hash(source_system text, source_key text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to('landsync.handles.v1;' || land.hash_field(source_system) || land.hash_field(source_key), 'UTF8'));

-- How one parcel of the manifest enters its commune's digest.
CREATE OR REPLACE FUNCTION land.manifest_bytes(parcel_uid uuid, content_hash bytea, handle_hash bytea, items_hash bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN uuid_send(parcel_uid) || content_hash || handle_hash || items_hash;

-- How one many-valued item enters its parcel's items_hash: record, number, hash.
CREATE OR REPLACE FUNCTION land.item_bytes(record text, item_no smallint, content_hash bytea) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN convert_to(record || ':' || item_no::text || ';', 'UTF8') || content_hash;
