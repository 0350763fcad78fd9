-- The digest of the manifest of each commune of a province, or of those asked for. `as_left`: the rows are as the
-- manifest and the counter say, so far as it shows without hashing every value again.
WITH manifest AS (
    SELECT f.parcel_uid, f.commune_code, f.content_hash, f.handle_hash, f.items_hash, f.area_m2
    FROM ledger.manifest AS f
    WHERE f.province_code = %(province)s
      AND (%(communes)s::text[] IS NULL OR f.commune_code = ANY (%(communes)s::text[]))
), parcel AS (
    SELECT p.parcel_uid, p.commune_code, p.content_hash, p.area_m2, p.source_system, p.source_key, p.stale_since
    FROM land.parcel AS p
    WHERE p.province_code = %(province)s
      AND (%(communes)s::text[] IS NULL OR p.commune_code = ANY (%(communes)s::text[]))
), counter AS (
    SELECT k.commune_code, k.parcels, k.area_m2, k.stale_parcels, k.without_geometry
    FROM land.commune_count AS k
    WHERE k.province_code = %(province)s
      AND (%(communes)s::text[] IS NULL OR k.commune_code = ANY (%(communes)s::text[]))
), proved AS (
    SELECT f.commune_code,
           encode(sha256(string_agg(land.manifest_bytes(f.parcel_uid, f.content_hash, f.handle_hash, f.items_hash), ''::bytea ORDER BY f.parcel_uid)), 'hex') AS digest
    FROM manifest AS f
    GROUP BY f.commune_code
), living AS (
    SELECT p.commune_code, count(*) AS parcels, sum(p.area_m2) AS area_m2, count(p.stale_since) AS stale,
           count(*) - count(p.area_m2) AS without_geometry
    FROM parcel AS p
    GROUP BY p.commune_code
), unlike AS (
    SELECT DISTINCT named.commune_code
    FROM parcel AS p
    FULL JOIN manifest AS f ON f.parcel_uid = p.parcel_uid
    CROSS JOIN LATERAL (VALUES (p.commune_code), (f.commune_code)) AS named (commune_code)
    WHERE p.content_hash IS DISTINCT FROM f.content_hash
       OR p.commune_code IS DISTINCT FROM f.commune_code
       OR p.area_m2 IS DISTINCT FROM f.area_m2
       OR land.handle_hash(p.source_system, p.source_key) IS DISTINCT FROM f.handle_hash
)
SELECT c.commune_code,
       d.digest AS manifest_sha256,
       NOT EXISTS (SELECT FROM unlike AS u WHERE u.commune_code = c.commune_code)
           AND (coalesce(l.parcels, 0), coalesce(l.area_m2, 0), coalesce(l.stale, 0), coalesce(l.without_geometry, 0))
               = (coalesce(k.parcels, 0), coalesce(k.area_m2, 0), coalesce(k.stale_parcels, 0), coalesce(k.without_geometry, 0)) AS as_left
FROM (SELECT l.commune_code FROM living AS l
      UNION SELECT d.commune_code FROM proved AS d
      UNION SELECT k.commune_code FROM counter AS k) AS c
LEFT JOIN living AS l ON l.commune_code = c.commune_code
LEFT JOIN proved AS d ON d.commune_code = c.commune_code
LEFT JOIN counter AS k ON k.commune_code = c.commune_code
ORDER BY c.commune_code
