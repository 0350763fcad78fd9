-- Communes whose manifest agrees with their last receipt: only these get a line in the next one.
CREATE TEMP TABLE rehash_agreed ON COMMIT DROP AS
WITH manifest AS (
    SELECT m.commune_code,
           encode(sha256(string_agg(uuid_send(m.parcel_uid) || {proved}, ''::bytea ORDER BY m.parcel_uid)), 'hex') AS digest
    FROM ledger.manifest AS m
    WHERE m.province_code = %(province)s
    GROUP BY m.commune_code
), receipt AS (
    SELECT DISTINCT ON (l.commune_code) l.commune_code, l.current_after, l.area_after_m2, l.manifest_sha256
    FROM ledger.receipt_line AS l
    JOIN ledger.receipt AS r ON r.run_id = l.run_id
    WHERE r.province_code = %(province)s
      AND l.commune_code <> '-'
    ORDER BY l.commune_code, r.sequence DESC
)
SELECT r.commune_code, r.current_after, r.area_after_m2, r.manifest_sha256
FROM receipt AS r
JOIN manifest AS f ON f.commune_code = r.commune_code
WHERE f.digest = r.manifest_sha256
