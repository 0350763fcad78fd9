-- How a value entered a parcel's hash when this was written; what migrates goes by nothing that may change.
CREATE FUNCTION pg_temp.rehash_field(value text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE WHEN value IS NULL THEN 'N;' ELSE octet_length(value)::text || ':' || value || ';' END;

CREATE FUNCTION pg_temp.rehash_date(value date) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN pg_temp.rehash_field(
    lpad(extract(year FROM value)::integer::text, 4, '0') || '-'
    || lpad(extract(month FROM value)::integer::text, 2, '0') || '-'
    || lpad(extract(day FROM value)::integer::text, 2, '0'));

CREATE FUNCTION pg_temp.rehash_area(value numeric) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN pg_temp.rehash_field(trunc(value * 10000)::bigint::text);
