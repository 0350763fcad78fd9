-- Who has each parcel, on which certificate, by the pseudonyms that they were given: known since the later of the two was.
SELECT {province} AS province_code, i.parcel_uid, i.item_no, 2 AS hash_version, i.recorded_from, i.run_id, {columns}
FROM (
    SELECT coalesce(u.parcel_uid, c.parcel_uid) AS parcel_uid, coalesce(u.item_no, c.item_no) AS item_no,
           greatest(u.recorded_from, c.recorded_from) AS recorded_from,
           CASE WHEN u.parcel_uid IS NULL OR u.recorded_from < c.recorded_from THEN c.run_id ELSE u.run_id END AS run_id,
           u.user_ref, c.certificate_ref, NULL::text AS right_role, NULL::text AS right_form, NULL::integer AS share_numerator,
           NULL::integer AS share_denominator, NULL::date AS right_from, NULL::date AS right_to
    FROM (
        SELECT x.parcel_uid, x.item_no, x.user_ref, x.recorded_from, x.run_id
        FROM land_private.land_user AS x
        WHERE x.province_code = {province} AND x.parcel_uid BETWEEN {low} AND {high}
    ) AS u
    FULL JOIN (
        SELECT x.parcel_uid, x.item_no, x.certificate_ref, x.recorded_from, x.run_id
        FROM land_private.certificate AS x
        WHERE x.province_code = {province} AND x.parcel_uid BETWEEN {low} AND {high}
    ) AS c ON c.parcel_uid = u.parcel_uid AND c.item_no = u.item_no
) AS i
