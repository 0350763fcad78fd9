    -- What was proved of all that goes with a parcel that has a land user or a certificate.
    SELECT i.parcel_uid,
           sha256(string_agg(convert_to(i.record || ':' || i.item_no::text || ';', 'UTF8') || i.said, ''::bytea
                             ORDER BY i.record, i.item_no)) AS items_hash
    FROM (
        SELECT x.parcel_uid, 'land_use_part' AS record, x.item_no, x.content_hash AS said
        FROM land.land_use_part AS x WHERE x.province_code = %(province)s
        UNION ALL
        SELECT x.parcel_uid, 'land_user', x.item_no, sha256(x.salt || x.content_hash)
        FROM land_private.land_user AS x WHERE x.province_code = %(province)s
        UNION ALL
        SELECT x.parcel_uid, 'certificate', x.item_no, sha256(x.salt || x.content_hash)
        FROM land_private.certificate AS x WHERE x.province_code = %(province)s
        UNION ALL
        SELECT x.parcel_uid, 'land_right', x.item_no, sha256(x.salt || x.content_hash)
        FROM land_private.land_right AS x WHERE x.province_code = %(province)s
        UNION ALL
        SELECT x.parcel_uid, 'restriction', x.item_no, sha256(x.salt || x.content_hash)
        FROM land_private.restriction AS x WHERE x.province_code = %(province)s
        UNION ALL
        SELECT x.parcel_uid, 'transferee', x.item_no, sha256(x.salt || x.content_hash)
        FROM land_private.transferee AS x WHERE x.province_code = %(province)s
    ) AS i
    GROUP BY i.parcel_uid
    HAVING bool_or(i.record IN ('land_user', 'certificate'))
