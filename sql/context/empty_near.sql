TRUNCATE pg_temp.near_found
