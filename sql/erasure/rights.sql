-- The rights that tie him, as they read under the ref that nobody is known by.
SELECT i.parcel_uid, i.item_no, i.recorded_from, i.late_row, {columns}
FROM (
    SELECT x.parcel_uid, x.item_no, x.recorded_from, NULL::bigint AS late_row, {erased_ref}::uuid AS user_ref, {others}
    FROM land_private.land_right AS x
    WHERE x.province_code = {province} AND x.user_ref = {user_ref}::uuid AND ({parcel}::uuid IS NULL OR x.parcel_uid = {parcel}::uuid)
    UNION ALL
    SELECT x.parcel_uid, x.item_no, x.recorded_from, x.late_row, {erased_ref}::uuid, {others}
    FROM land_private.land_right_version AS x
    WHERE x.province_code = {province} AND x.user_ref = {user_ref}::uuid AND ({parcel}::uuid IS NULL OR x.parcel_uid = {parcel}::uuid)
) AS i
