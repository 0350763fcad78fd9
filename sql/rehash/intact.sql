-- Parcels whose manifest agrees with the items stored: only of these may a new hash say that nothing was touched.
CREATE TEMP TABLE rehash_intact ON COMMIT DROP AS
WITH item AS (
    SELECT i.parcel_uid, 'land_use_part' AS record, i.item_no, i.content_hash FROM land.land_use_part AS i WHERE i.province_code = %(province)s
    UNION ALL
    SELECT i.parcel_uid, 'land_user', i.item_no, i.content_hash FROM land_private.land_user AS i WHERE i.province_code = %(province)s
    UNION ALL
    SELECT i.parcel_uid, 'certificate', i.item_no, i.content_hash FROM land_private.certificate AS i WHERE i.province_code = %(province)s
), digest AS (
    SELECT i.parcel_uid,
           sha256(string_agg(convert_to(i.record || ':' || i.item_no::text || ';', 'UTF8') || i.content_hash, ''::bytea
                             ORDER BY i.record, i.item_no)) AS items_hash
    FROM item AS i
    GROUP BY i.parcel_uid
)
SELECT f.parcel_uid
FROM ledger.manifest AS f
LEFT JOIN digest AS d ON d.parcel_uid = f.parcel_uid
WHERE f.province_code = %(province)s
  AND f.items_hash = coalesce(d.items_hash, sha256(''::bytea))
