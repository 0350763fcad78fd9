-- What the last load already said of a commune, a figure and a day is not loaded again.
INSERT INTO land.commune_expected (
    commune_code, commune_valid_from, province_code, figure, amount, source, stated_on, old_communes, file_name, file_sha256,
    file_rows, actor, loaded_at)
SELECT i.commune_code, i.commune_valid_from, i.province_code, i.figure, i.amount, i.source, i.stated_on, i.old_communes,
       %(file_name)s, %(file_sha256)s, i.file_rows, %(actor)s, clock.now
FROM expected_incoming AS i
CROSS JOIN (SELECT clock_timestamp() AS now) AS clock
LEFT JOIN LATERAL (
    SELECT e.amount, e.source, e.file_sha256
    FROM land.commune_expected AS e
    WHERE e.commune_code = i.commune_code
      AND e.commune_valid_from = i.commune_valid_from
      AND e.figure = i.figure
      AND e.stated_on = i.stated_on
    ORDER BY e.loaded_at DESC
    LIMIT 1
) AS last ON true
WHERE (last.amount, last.source, last.file_sha256) IS DISTINCT FROM (i.amount, i.source, %(file_sha256)s)
