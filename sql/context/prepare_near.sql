-- Live parcels of other communes ($1: which are left out) that may touch one of the boxes: what the index finds, a little more than there
-- is; $2: the province that is left out. Only provinces that have anything about all of them are looked at, which for most communes is
-- their own. OFFSET keeps the planner to one search of the index per box and province, so that the cost follows the boxes. Planned once:
-- that takes longer than to look, over the parts of all provinces.
PREPARE near_land (text[], text) AS
WITH about AS MATERIALIZED (
    {about}
)
INSERT INTO pg_temp.near_found ({found_columns}, old_commune_code, geom)
SELECT {of_found}, sheet.old_commune_code, found.geom
FROM (
    SELECT DISTINCT ON (q.province_code, q.parcel_uid) q.*
    FROM about AS a
    CROSS JOIN pg_temp.wanted_box AS b
    CROSS JOIN LATERAL (
        SELECT {of_parcel}, p.geom
        FROM land.parcel AS p
        WHERE p.province_code = a.province_code
          AND p.geom && st_makeenvelope(b.west, b.south, b.east, b.north, 4756)
          AND p.commune_code <> ALL($1)
        OFFSET 0
    ) AS q
    ORDER BY q.province_code, q.parcel_uid
) AS found
LEFT JOIN LATERAL (
    SELECT a.old_commune_code
    FROM land.parcel_alias AS a
    WHERE a.province_code = found.province_code
      AND a.parcel_uid = found.parcel_uid
      AND a.alias_kind = 'sheet'
      AND a.recorded_to IS NULL
    OFFSET 0
) AS sheet ON true
