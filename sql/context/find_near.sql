EXECUTE near_land(%(not_communes)s::text[], %(not_province)s)
