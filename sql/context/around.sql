-- A digest of the living land of other provinces in these boxes, and of what it is called. Only provinces that have anything about all of
-- them are looked at. OFFSET keeps the planner to one search of the index per box and province.
WITH about AS MATERIALIZED (
    {about}
)
SELECT encode(sha256(coalesce(string_agg(
           convert_to(x.parcel_uid::text || ' ' || x.commune_code || ' ', 'UTF8') || x.content_hash || land.handle_hash(x.source_system, x.source_key),
           ''::bytea ORDER BY x.province_code, x.parcel_uid), ''::bytea)), 'hex') AS digest
FROM (
    SELECT DISTINCT ON (q.province_code, q.parcel_uid) q.*
    FROM about AS a
    CROSS JOIN pg_temp.wanted_box AS b
    CROSS JOIN LATERAL (
        SELECT p.province_code, p.parcel_uid, p.commune_code, p.content_hash, p.source_system, p.source_key
        FROM land.parcel AS p
        WHERE p.province_code = a.province_code
          AND p.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4756)
        OFFSET 0
    ) AS q
    ORDER BY q.province_code, q.parcel_uid
) AS x
