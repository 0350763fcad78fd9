TRUNCATE pg_temp.wanted_box
