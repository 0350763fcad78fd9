ANALYZE pg_temp.wanted_box
