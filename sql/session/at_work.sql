-- The session that does a run's work, if there is one: of the loader's own every one can be seen.
SELECT a.pid, a.state, a.query_start, a.client_addr::text AS client
FROM pg_catalog.pg_stat_activity AS a
WHERE a.application_name = %(name)s
  AND a.pid <> pg_backend_pid()
ORDER BY a.xact_start NULLS LAST
LIMIT 1
