-- What this person may decide in this session, by the last word about each right; and whether anybody was ever named.
SELECT session_user::text AS db_login,
       EXISTS (SELECT FROM ledger.decider) AS anybody_named,
       coalesce((
           SELECT jsonb_agg(jsonb_build_array(d.role, d.province_code) ORDER BY d.role, d.province_code)
           FROM (
               SELECT DISTINCT ON (x.role, x.province_code) x.role, x.province_code, x.decision, x.db_login
               FROM ledger.decider AS x
               WHERE x.actor = %(actor)s
               ORDER BY x.role, x.province_code, x.decider_id DESC
           ) AS d
           WHERE d.decision = 'name'
             AND (d.db_login IS NULL OR d.db_login = session_user)
       ), '[]') AS rights
