-- How the session behaves, wherever the DSN and the server's administrator have said nothing about this account or this
-- database. Not every system can notice that a client is gone while a statement runs.
SELECT set_config(w.name, w.value, false)
FROM unnest(%(names)s::text[], %(values)s::text[]) AS w (name, value)
JOIN pg_catalog.pg_settings AS s ON s.name = w.name
WHERE s.source IN ('default', 'configuration file', 'environment variable', 'command line', 'override')
  AND NOT (s.name = 'client_connection_check_interval' AND version() ~ 'Visual C|mingw')
