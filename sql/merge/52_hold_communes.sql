-- Communes changed behind the pipeline, and those that would lose too much, are held.
-- Yesterday's data stays live there until a person decides.
UPDATE merge_commune AS c
SET held = true
WHERE c.commune_code = ANY (%(communes)s::text[])
