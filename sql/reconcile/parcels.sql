-- Every parcel whose values no longer hash to what the manifest says: changed, deleted or added behind the pipeline. Of persons by
-- their stored hashes: whether these are the values' is asked where the key is.
WITH item AS (
    {proved}
), digest AS (
    SELECT i.parcel_uid,
           sha256(string_agg(land.item_bytes(i.record, i.item_no, i.content_hash), ''::bytea ORDER BY i.record, i.item_no)) AS items_hash
    FROM item AS i
    GROUP BY i.parcel_uid
), live AS (
    SELECT p.parcel_uid, p.commune_code, p.area_m2, land.handle_hash(p.source_system, p.source_key) AS handle_hash,
           land.parcel_hash({parcel}) AS content_hash,
           p.content_hash AS stored_hash
    FROM land.parcel AS p
    WHERE p.province_code = %(province)s
)
SELECT coalesce(l.commune_code, f.commune_code, 'items') AS commune_code,
       coalesce(l.parcel_uid, f.parcel_uid, d.parcel_uid)::text AS parcel_uid,
       CASE WHEN f.parcel_uid IS NULL THEN 'added'
            WHEN l.parcel_uid IS NULL THEN 'deleted'
            WHEN l.content_hash <> f.content_hash OR l.commune_code <> f.commune_code THEN 'changed'
            WHEN l.stored_hash <> f.content_hash THEN 'stored_hash_changed'
            WHEN l.area_m2 IS DISTINCT FROM f.area_m2 THEN 'manifest_changed'
            WHEN l.handle_hash <> f.handle_hash THEN 'handles_changed'
            ELSE 'items_changed' END AS kind
FROM live AS l
FULL JOIN (SELECT m.parcel_uid, m.commune_code, m.content_hash, m.handle_hash, m.items_hash, m.area_m2
           FROM ledger.manifest AS m WHERE m.province_code = %(province)s) AS f ON f.parcel_uid = l.parcel_uid
FULL JOIN digest AS d ON d.parcel_uid = coalesce(l.parcel_uid, f.parcel_uid)
WHERE l.content_hash IS DISTINCT FROM f.content_hash
   OR l.stored_hash IS DISTINCT FROM f.content_hash
   OR l.commune_code IS DISTINCT FROM f.commune_code
   OR l.area_m2 IS DISTINCT FROM f.area_m2
   OR l.handle_hash IS DISTINCT FROM f.handle_hash
   OR coalesce(d.items_hash, sha256(''::bytea)) IS DISTINCT FROM coalesce(f.items_hash, sha256(''::bytea))
ORDER BY 1, 2
