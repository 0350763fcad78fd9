-- The hashes of every parcel that this run wrote.
-- Those of many-valued records in the order of their names and numbers.
WITH item AS (
    {touched}
), digest AS (
    SELECT i.parcel_uid,
           sha256(string_agg(land.item_bytes(i.record, i.item_no, i.content_hash), ''::bytea ORDER BY i.record, i.item_no)) AS items_hash
    FROM item AS i
    GROUP BY i.parcel_uid
)
INSERT INTO ledger.manifest (province_code, commune_code, parcel_uid, content_hash, handle_hash, items_hash, area_m2)
SELECT p.province_code, p.commune_code, p.parcel_uid, p.content_hash, land.handle_hash(p.source_system, p.source_key),
       coalesce(d.items_hash, sha256(''::bytea)), p.area_m2
FROM merge_touched AS t
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = t.parcel_uid
LEFT JOIN digest AS d ON d.parcel_uid = t.parcel_uid
ON CONFLICT (province_code, parcel_uid) DO UPDATE
SET commune_code = excluded.commune_code,
    content_hash = excluded.content_hash,
    handle_hash = excluded.handle_hash,
    items_hash = excluded.items_hash,
    area_m2 = excluded.area_m2
