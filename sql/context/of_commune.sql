-- Which `live` asks for: those of a commune.
p.commune_code = {commune}
