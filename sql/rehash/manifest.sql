-- What the manifest says of a parcel's items: over salted hashes. Of what was touched behind the pipeline it agrees with nothing, as
-- before, and of the old hash nothing is left.
WITH item AS (
    SELECT i.parcel_uid, 'land_use_part' AS record, i.item_no, i.content_hash AS said, false AS of_person
    FROM land.land_use_part AS i WHERE i.province_code = %(province)s
    UNION ALL
    SELECT i.parcel_uid, 'land_user', i.item_no, sha256(i.salt || i.content_hash), true
    FROM land_private.land_user AS i WHERE i.province_code = %(province)s
    UNION ALL
    SELECT i.parcel_uid, 'certificate', i.item_no, sha256(i.salt || i.content_hash), true
    FROM land_private.certificate AS i WHERE i.province_code = %(province)s
), digest AS (
    SELECT i.parcel_uid,
           sha256(string_agg(convert_to(i.record || ':' || i.item_no::text || ';', 'UTF8') || i.said, ''::bytea
                             ORDER BY i.record, i.item_no)) AS items_hash,
           bool_or(i.of_person) AS of_persons
    FROM item AS i
    GROUP BY i.parcel_uid
)
UPDATE ledger.manifest AS f
SET items_hash = CASE WHEN n.intact THEN n.items_hash ELSE sha256(uuid_send(gen_random_uuid())) END
FROM (
    SELECT m.parcel_uid, d.items_hash, coalesce(d.of_persons, false) AS of_persons, k.parcel_uid IS NOT NULL AS intact
    FROM ledger.manifest AS m
    LEFT JOIN digest AS d ON d.parcel_uid = m.parcel_uid
    LEFT JOIN rehash_intact AS k ON k.parcel_uid = m.parcel_uid
    WHERE m.province_code = %(province)s
) AS n
WHERE f.province_code = %(province)s
  AND f.parcel_uid = n.parcel_uid
  AND (n.of_persons OR NOT n.intact)
