-- What the land statistics expect of each commune of a province as it is on a day: of each figure the newest statistics, and
-- of these the last that was loaded.
SELECT DISTINCT ON (e.commune_code, e.figure)
       e.commune_code, e.figure, e.amount, e.source, e.stated_on
FROM land.commune_expected AS e
JOIN land.commune AS c ON c.commune_code = e.commune_code AND c.valid_from = e.commune_valid_from
WHERE e.province_code = {province}
  AND c.valid_from <= {as_of}::date
  AND (c.valid_to IS NULL OR c.valid_to > {as_of}::date)
ORDER BY e.commune_code, e.figure, e.stated_on DESC, e.loaded_at DESC
