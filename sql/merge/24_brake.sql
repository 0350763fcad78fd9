UPDATE merge_commune AS c
SET held = true, losing = l.losing
FROM jsonb_to_recordset(%(losses)s) AS l (commune_code text, losing integer)
WHERE l.commune_code = c.commune_code
