-- What stands beside these parcels of persons: how much, never who.
SELECT p.parcel_uid::text AS parcel_uid, u.land_users, u.erased, c.certificates, r.rights, x.restrictions, t.transferees
FROM land.parcel AS p
CROSS JOIN LATERAL (
    SELECT count(DISTINCT i.user_uid) AS land_users, count(DISTINCT i.user_uid) FILTER (WHERE i.erased IS NOT NULL) AS erased
    FROM land_private.land_user AS i WHERE i.province_code = p.province_code AND i.parcel_uid = p.parcel_uid
) AS u
CROSS JOIN LATERAL (
    SELECT count(DISTINCT i.certificate_uid) AS certificates
    FROM land_private.certificate AS i WHERE i.province_code = p.province_code AND i.parcel_uid = p.parcel_uid
) AS c
CROSS JOIN LATERAL (
    SELECT count(*) AS rights FROM land_private.land_right AS i WHERE i.province_code = p.province_code AND i.parcel_uid = p.parcel_uid
) AS r
CROSS JOIN LATERAL (
    SELECT count(*) AS restrictions FROM land_private.restriction AS i WHERE i.province_code = p.province_code AND i.parcel_uid = p.parcel_uid
) AS x
CROSS JOIN LATERAL (
    SELECT count(*) AS transferees FROM land_private.transferee AS i WHERE i.province_code = p.province_code AND i.parcel_uid = p.parcel_uid
) AS t
WHERE p.province_code = ANY (%(provinces)s)
  AND p.parcel_uid = ANY (%(uids)s::uuid[])
