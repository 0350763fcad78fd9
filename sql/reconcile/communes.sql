-- Per commune: what is live now (recomputed from the values, not from the stored hash) beside what the manifest of the
-- last accepted run says, the manifest's own digest beside the one in that run's receipt, and whether the commune's counter is right.
WITH live AS (
    SELECT p.commune_code, count(*) AS parcels, sum(p.area_m2) AS area, count(p.stale_since) AS stale,
           count(*) - count(p.area_m2) AS without_geometry
    FROM land.parcel AS p WHERE p.province_code = %(province)s GROUP BY p.commune_code
), manifest AS (
    SELECT f.commune_code, count(*) AS parcels, sum(f.area_m2) AS area,
           encode(sha256(string_agg(land.manifest_bytes(f.parcel_uid, f.content_hash, f.handle_hash, f.items_hash), ''::bytea ORDER BY f.parcel_uid)), 'hex') AS digest
    FROM ledger.manifest AS f WHERE f.province_code = %(province)s GROUP BY f.commune_code
), receipt AS (
    SELECT DISTINCT ON (l.commune_code) l.commune_code, l.current_after AS parcels, l.area_after_m2 AS area, l.manifest_sha256
    FROM ledger.receipt_line AS l
    JOIN ledger.receipt AS r ON r.run_id = l.run_id
    WHERE r.province_code = %(province)s
      AND l.commune_code <> '-'
    ORDER BY l.commune_code, r.sequence DESC
), counter AS (
    SELECT k.commune_code, k.parcels, k.area_m2 AS area, k.stale_parcels AS stale, k.without_geometry
    FROM land.commune_count AS k WHERE k.province_code = %(province)s
)
SELECT coalesce(l.commune_code, f.commune_code, r.commune_code, k.commune_code) AS commune_code,
       coalesce(l.parcels, 0) AS live_parcels, coalesce(l.area, 0) AS live_area,
       coalesce(f.parcels, 0) AS manifest_parcels, coalesce(f.area, 0) AS manifest_area,
       coalesce(r.parcels, 0) AS receipt_parcels, coalesce(r.area, 0) AS receipt_area,
       coalesce(f.digest, encode(sha256(''::bytea), 'hex')) = coalesce(r.manifest_sha256, encode(sha256(''::bytea), 'hex')) AS manifest_untouched,
       (coalesce(l.parcels, 0), coalesce(l.area, 0), coalesce(l.stale, 0), coalesce(l.without_geometry, 0))
       = (coalesce(k.parcels, 0), coalesce(k.area, 0), coalesce(k.stale, 0), coalesce(k.without_geometry, 0)) AS counter_agrees
FROM live AS l
FULL JOIN manifest AS f ON f.commune_code = l.commune_code
FULL JOIN receipt AS r ON r.commune_code = coalesce(l.commune_code, f.commune_code)
FULL JOIN counter AS k ON k.commune_code = coalesce(l.commune_code, f.commune_code, r.commune_code)
ORDER BY 1
