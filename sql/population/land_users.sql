-- The land users of each province by what is known of them. Who has a key is one person, however many parcels; who has
-- none is one per parcel, and was not sent. Counted from the land users themselves, the parts from their results.
WITH person AS (
    SELECT u.province_code, p.source_system, u.land_user_key, count(*) AS rows
    FROM land_private.land_user AS u
    JOIN land.parcel AS p ON p.province_code = u.province_code AND p.parcel_uid = u.parcel_uid
    WHERE %(provinces)s::text[] IS NULL OR u.province_code = ANY (%(provinces)s::text[])
    GROUP BY u.province_code, p.source_system, u.land_user_key
), counted AS (
    SELECT x.province_code,
           sum(CASE WHEN x.land_user_key IS NULL THEN x.rows ELSE 1 END) AS land_users,
           count(*) FILTER (WHERE s.status = 'found') AS found,
           count(*) FILTER (WHERE s.status = 'mismatched') AS mismatched,
           count(*) FILTER (WHERE s.status = 'not_found') AS not_found,
           coalesce(sum(CASE WHEN x.land_user_key IS NULL THEN x.rows ELSE 1 END) FILTER (WHERE s.status IS NULL), 0) AS not_sent
    FROM person AS x
    LEFT JOIN land_private.land_user_status AS s
           ON s.province_code = x.province_code
          AND s.source_system = x.source_system
          AND s.land_user_key = x.land_user_key
    GROUP BY x.province_code
)
SELECT v.province_code AS code, v.name,
       coalesce(c.land_users, 0)::bigint AS land_users,
       coalesce(c.found, 0)::bigint AS found,
       coalesce(c.mismatched, 0)::bigint AS mismatched,
       coalesce(c.not_found, 0)::bigint AS not_found,
       coalesce(c.not_sent, 0)::bigint AS not_sent
FROM land.province_now AS v
LEFT JOIN counted AS c ON c.province_code = v.province_code
WHERE %(provinces)s::text[] IS NULL OR v.province_code = ANY (%(provinces)s::text[])
ORDER BY v.province_code
