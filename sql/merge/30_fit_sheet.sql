-- Parcels that a sheet handle fits where a mark of it is not known on one side.
-- Old commune, map set and scale are each the same or unknown. `alone`: no other living parcel fits the row, and no other
-- row of the delivery fits the parcel; where several fit, the handle names none. A row whose handle a parcel has to the
-- letter is that parcel's and is not asked here, but it counts.
CREATE TEMP TABLE merge_fit ON COMMIT DROP AS
WITH place AS MATERIALIZED (
    SELECT DISTINCT m.sheet_place
    FROM merge_row AS m
    WHERE m.sheet_alias IS NOT NULL
      AND m.sheet_uid IS NULL
      AND m.status <> 'ignored'
), there AS MATERIALIZED (
    SELECT a.parcel_uid, a.sheet_place, land.sheet_parts(a.alias_value) AS parts
    FROM land.parcel_alias AS a
    JOIN place AS p ON p.sheet_place = a.sheet_place
    WHERE a.province_code = %(province)s
      AND a.alias_kind = 'sheet'
      AND a.recorded_to IS NULL
), said AS MATERIALIZED (
    SELECT m.row_no, m.sheet_place, m.sheet_uid IS NULL AS asked, land.sheet_parts(m.sheet_alias) AS parts
    FROM merge_row AS m
    WHERE m.sheet_place IN (SELECT t.sheet_place FROM there AS t)
      AND m.sheet_alias IS NOT NULL
      AND m.status <> 'ignored'
), fit AS (
    SELECT s.row_no, t.parcel_uid, s.asked,
           count(*) OVER (PARTITION BY s.row_no) AS parcels, count(*) OVER (PARTITION BY t.parcel_uid) AS rows
    FROM said AS s
    JOIN there AS t ON t.sheet_place = s.sheet_place AND land.sheet_fits(s.parts, t.parts)
)
SELECT f.row_no, f.parcel_uid, f.parcels = 1 AND f.rows = 1 AS alone
FROM fit AS f
WHERE f.asked
