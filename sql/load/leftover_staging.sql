SELECT c.relname AS table_name
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'staging'
  AND c.relkind = 'r'
  AND starts_with(c.relname, %(prefix)s)
