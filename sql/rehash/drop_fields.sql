DROP FUNCTION pg_temp.rehash_date(date);
DROP FUNCTION pg_temp.rehash_area(numeric);
DROP FUNCTION pg_temp.rehash_field(text);
