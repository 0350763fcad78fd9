-- Whether a province's living parcels are as its last receipt and its counters say, so far as it shows without hashing every value again.
WITH manifest AS (
    SELECT f.commune_code,
           encode(sha256(string_agg(land.manifest_bytes(f.parcel_uid, f.content_hash, f.handle_hash, f.items_hash), ''::bytea ORDER BY f.parcel_uid)), 'hex') AS digest
    FROM ledger.manifest AS f
    WHERE f.province_code = %(province)s
    GROUP BY f.commune_code
), told AS (
    SELECT l.commune_code, l.manifest_sha256 AS digest
    FROM ledger.receipt_line AS l
    WHERE l.run_id = %(run_id)s
      AND l.current_after > 0
)
SELECT NOT EXISTS (
           SELECT
           FROM (SELECT p.commune_code, count(*) AS parcels, sum(p.area_m2) AS area, count(p.stale_since) AS stale,
                        count(*) - count(p.area_m2) AS without_geometry
                 FROM land.parcel AS p
                 WHERE p.province_code = %(province)s
                 GROUP BY p.commune_code) AS l
           FULL JOIN (SELECT c.commune_code, c.parcels, c.area_m2, c.stale_parcels, c.without_geometry
                      FROM land.commune_count AS c
                      WHERE c.province_code = %(province)s) AS k ON k.commune_code = l.commune_code
           WHERE (coalesce(l.parcels, 0), coalesce(l.area, 0), coalesce(l.stale, 0), coalesce(l.without_geometry, 0))
                 <> (coalesce(k.parcels, 0), coalesce(k.area_m2, 0), coalesce(k.stale_parcels, 0), coalesce(k.without_geometry, 0)))
       AND NOT EXISTS (
           SELECT
           FROM told AS t
           LEFT JOIN manifest AS m ON m.commune_code = t.commune_code
           WHERE m.digest IS DISTINCT FROM t.digest)
       AND NOT EXISTS (
           SELECT
           FROM (SELECT p.parcel_uid, p.commune_code, p.content_hash, p.area_m2, p.source_system, p.source_key
                 FROM land.parcel AS p
                 WHERE p.province_code = %(province)s) AS l
           FULL JOIN (SELECT f.parcel_uid, f.commune_code, f.content_hash, f.area_m2, f.handle_hash
                      FROM ledger.manifest AS f
                      WHERE f.province_code = %(province)s) AS m ON m.parcel_uid = l.parcel_uid
           WHERE l.content_hash IS DISTINCT FROM m.content_hash
              OR l.commune_code IS DISTINCT FROM m.commune_code
              OR l.area_m2 IS DISTINCT FROM m.area_m2
              OR land.handle_hash(l.source_system, l.source_key) IS DISTINCT FROM m.handle_hash) AS as_left
