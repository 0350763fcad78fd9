-- Which `live` asks for: those that matter to the rows of a change set, each in the row's commune: what a handle of a row may
-- name, and what lies beside its land; of a commune with none of these any one, for then it is no new commune. Each search is of one
-- index for each row (OFFSET: the planner would else read the commune), so that the cost follows the rows.
p.parcel_uid IN (
WITH found AS (
    SELECT q.parcel_uid, q.commune_code, f.commune_code AS asked
    FROM pg_temp.few AS f
    CROSS JOIN LATERAL (
        SELECT p.parcel_uid, p.commune_code
        FROM (
            SELECT a.parcel_uid
            FROM land.parcel_alias AS a
            WHERE a.province_code = {province}
              AND a.alias_kind = 'source_key'
              AND a.alias_value = f.source_handle
              AND a.recorded_to IS NULL
            UNION ALL -- who gave its key up has it in its row until it comes again
            SELECT a.parcel_uid
            FROM land.parcel_alias AS a
            WHERE a.province_code = {province}
              AND a.alias_kind = 'source_key'
              AND a.alias_value = f.source_handle
              AND a.recorded_to IS NOT NULL
        ) AS had
        JOIN land.parcel AS p ON p.province_code = {province} AND p.parcel_uid = had.parcel_uid
        WHERE p.source_system || '|' || p.source_key = f.source_handle
        UNION ALL
        SELECT p.parcel_uid, p.commune_code
        FROM land.parcel AS p
        WHERE p.province_code = {province}
          AND p.national_id = f.national_id
        UNION ALL
        SELECT p.parcel_uid, p.commune_code
        FROM land.withheld_id AS w
        JOIN land.parcel AS p ON p.province_code = w.province_code AND p.parcel_uid = w.parcel_uid
        WHERE w.province_code = {province}
          AND w.national_id = f.national_id
        UNION ALL
        SELECT p.parcel_uid, p.commune_code
        FROM land.parcel AS p
        WHERE p.province_code = {province}
          AND p.commune_code = f.commune_code
          AND p.sheet_no = f.sheet_no
          AND p.parcel_no = f.parcel_no
        UNION ALL
        SELECT p.parcel_uid, p.commune_code
        FROM land.parcel AS p
        WHERE p.province_code = {province}
          AND p.geom && st_makeenvelope(f.west, f.south, f.east, f.north, 4756)
        OFFSET 0
    ) AS q
), named AS (
    SELECT DISTINCT n.parcel_uid, n.commune_code FROM found AS n WHERE n.commune_code = n.asked
), chosen AS (
    SELECT n.parcel_uid FROM named AS n
    UNION ALL
    SELECT q.parcel_uid
    FROM (SELECT f.commune_code FROM pg_temp.few AS f EXCEPT SELECT n.commune_code FROM named AS n) AS c
    CROSS JOIN LATERAL (
        SELECT p.parcel_uid
        FROM land.parcel AS p
        WHERE p.province_code = {province}
          AND p.commune_code = c.commune_code
        ORDER BY p.sheet_no, p.parcel_no
        LIMIT 1
    ) AS q
)
SELECT c.parcel_uid FROM chosen AS c
)
