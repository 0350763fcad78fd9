-- What will go.
SELECT count(DISTINCT x.parcel_uid) AS parcels, count(*) FILTER (WHERE x.living) AS living, count(*) FILTER (WHERE NOT x.living) AS closed,
       (SELECT count(*)
        FROM land_private.population_result AS r
        WHERE r.province_code = %(province)s
          AND r.land_user_key IN (SELECT k.land_user_key FROM erasing_key AS k)
          AND r.source_system = ANY (%(systems)s::text[])) AS results
FROM (
    SELECT u.parcel_uid, true AS living
    FROM land_private.land_user AS u
    WHERE u.province_code = %(province)s AND u.user_uid = %(user_uid)s::uuid
    UNION ALL
    SELECT u.parcel_uid, false
    FROM land_private.land_user_version AS u
    WHERE u.province_code = %(province)s AND u.user_uid = %(user_uid)s::uuid
) AS x
