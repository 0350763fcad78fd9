-- What the last load of a commune already holds from the same bytes is not loaded again.
INSERT INTO land.commune_boundary (
    commune_code, valid_from, loaded_at, province_code, source_name, source_sha256, actor, geom)
SELECT i.commune_code, i.valid_from, clock.now, c.province_code, %(source_name)s, i.source_sha256, %(actor)s, i.geom
FROM boundary_incoming AS i
CROSS JOIN (SELECT clock_timestamp() AS now) AS clock
JOIN land.commune AS c
  ON c.commune_code = i.commune_code AND c.valid_from <= i.valid_from AND (c.valid_to IS NULL OR c.valid_to > i.valid_from)
WHERE i.source_sha256 IS DISTINCT FROM (
    SELECT b.source_sha256
    FROM land.commune_boundary AS b
    WHERE b.commune_code = i.commune_code AND b.valid_from = i.valid_from
    ORDER BY b.loaded_at DESC
    LIMIT 1)
