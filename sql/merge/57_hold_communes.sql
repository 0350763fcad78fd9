-- Communes changed behind the pipeline, those that would change too much, and those that did not come, are held.
-- Yesterday's data stays live there until a person decides.
UPDATE merge_commune AS c
SET held = true
WHERE c.commune_code = ANY (%(communes)s::text[])
