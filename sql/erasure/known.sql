-- Who has this uid: under which pseudonym, and how he is called in any of his rows.
SELECT x.user_ref::text AS user_ref, CASE WHEN x.user_bound THEN x.parcel_uid::text END AS parcel_uid,
       x.land_user_name, x.land_user_id_number
FROM (
    SELECT u.user_ref, u.user_bound, u.parcel_uid, u.land_user_name, u.land_user_id_number
    FROM land_private.land_user AS u
    WHERE u.province_code = %(province)s AND u.user_uid = %(user_uid)s::uuid
    UNION ALL
    SELECT u.user_ref, u.user_bound, u.parcel_uid, u.land_user_name, u.land_user_id_number
    FROM land_private.land_user_version AS u
    WHERE u.province_code = %(province)s AND u.user_uid = %(user_uid)s::uuid
) AS x
GROUP BY 1, 2, 3, 4
