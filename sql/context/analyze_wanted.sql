ANALYZE pg_temp.wanted_id
