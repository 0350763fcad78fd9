UPDATE merge_commune AS c
SET held = true
WHERE c.commune_code = ANY (%(communes)s::text[])
