-- Rows that are not what the last run left: changed behind the pipeline.
-- Added, deleted or changed, so far as it shows without hashing every value again; of handles alone it is cheap. A merge over them would make them
-- look like a province's doing.
SELECT named.commune_code, count(*)::integer AS parcels
FROM (
    SELECT p.parcel_uid, p.commune_code, p.content_hash, p.area_m2, p.source_system, p.source_key
    FROM land.parcel AS p
    JOIN merge_commune AS c ON c.commune_code = p.commune_code
    WHERE p.province_code = %(province)s
) AS l
FULL JOIN (
    SELECT m.parcel_uid, m.commune_code, m.content_hash, m.area_m2, m.handle_hash
    FROM ledger.manifest AS m
    JOIN merge_commune AS c ON c.commune_code = m.commune_code
    WHERE m.province_code = %(province)s
) AS f ON f.parcel_uid = l.parcel_uid
CROSS JOIN LATERAL (SELECT l.commune_code UNION SELECT f.commune_code) AS named (commune_code)
WHERE named.commune_code IS NOT NULL
  AND (l.content_hash IS DISTINCT FROM f.content_hash
       OR l.commune_code IS DISTINCT FROM f.commune_code
       OR l.area_m2 IS DISTINCT FROM f.area_m2
       OR land.handle_hash(l.source_system, l.source_key) <> f.handle_hash)
GROUP BY named.commune_code
