-- In a held commune nothing ends.
-- Neither by absence nor by a row.
DELETE FROM merge_ending AS e
USING merge_commune AS c
WHERE c.commune_code = e.commune_code
  AND c.held
