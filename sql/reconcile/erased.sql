-- Whether as many rows are without a person as were erased, living and closed, and no others: nobody hides a change by calling it that.
WITH told AS (
    SELECT e.erased_ref, e.living + e.closed AS users, e.rights
    FROM ledger.erasure AS e
    WHERE e.province_code = %(province)s
), there AS (
    SELECT x.user_ref, count(*) FILTER (WHERE x.of_user) AS users, count(*) FILTER (WHERE NOT x.of_user) AS rights
    FROM (
        SELECT u.user_ref, true AS of_user
        FROM land_private.land_user AS u
        WHERE u.province_code = %(province)s AND (u.erased IS NOT NULL OR u.user_ref IN (SELECT t.erased_ref FROM told AS t))
        UNION ALL
        SELECT u.user_ref, true
        FROM land_private.land_user_version AS u
        WHERE u.province_code = %(province)s AND u.user_ref IN (SELECT t.erased_ref FROM told AS t)
        UNION ALL
        SELECT r.user_ref, false
        FROM land_private.land_right AS r
        WHERE r.province_code = %(province)s AND (r.erased IS NOT NULL OR r.user_ref IN (SELECT t.erased_ref FROM told AS t))
        UNION ALL
        SELECT r.user_ref, false
        FROM land_private.land_right_version AS r
        WHERE r.province_code = %(province)s AND r.user_ref IN (SELECT t.erased_ref FROM told AS t)
    ) AS x
    GROUP BY x.user_ref
)
SELECT CASE WHEN t.erased_ref IS NULL THEN 0 ELSE 1 END AS told,
       (t.users, t.rights) IS NOT DISTINCT FROM (coalesce(h.users, 0), coalesce(h.rights, 0)) AS agrees
FROM told AS t
FULL JOIN there AS h ON h.user_ref = t.erased_ref
