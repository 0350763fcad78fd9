SELECT count(*) AS rows FROM {table} AS i WHERE i.province_code = {province}
