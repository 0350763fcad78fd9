-- Land users of each commune as it is live now, and how many of them the population database found. One without a key, or
-- of whom nothing is known, was not sent.
SELECT p.commune_code,
       count(DISTINCT (p.source_system, u.land_user_key)) FILTER (WHERE s.status = 'found') AS found,
       count(DISTINCT (p.source_system, u.land_user_key)) FILTER (WHERE u.land_user_key IS NOT NULL)
       + count(*) FILTER (WHERE u.land_user_key IS NULL) AS land_users
FROM land.parcel AS p
JOIN land_private.land_user AS u ON u.province_code = p.province_code AND u.parcel_uid = p.parcel_uid
LEFT JOIN land_private.land_user_status AS s
       ON s.province_code = p.province_code AND s.source_system = p.source_system AND s.land_user_key = u.land_user_key
WHERE p.province_code = %(province)s
  AND p.commune_code = ANY (%(communes)s::text[])
GROUP BY p.commune_code
