-- Parcels that a sheet handle fits where a mark of it is not known on one side.
-- Old commune, map set and scale are each the same or unknown. `alone`: no other living parcel fits the row, and no other
-- row of the delivery fits the parcel; where several fit, the handle names none. A row whose handle a parcel has to the
-- letter is that parcel's and is not asked here, but it counts.
CREATE TEMP TABLE merge_fit ON COMMIT DROP AS
WITH asked AS MATERIALIZED (
    SELECT m.row_no, m.sheet_place, land.sheet_parts(m.sheet_alias) AS parts
    FROM merge_row AS m
    WHERE m.sheet_alias IS NOT NULL
      AND m.sheet_uid IS NULL
      AND m.status <> 'ignored'
), there AS MATERIALIZED (
    SELECT a.parcel_uid, a.sheet_place, land.sheet_parts(a.alias_value) AS parts
    FROM land.parcel_alias AS a
    WHERE a.province_code = %(province)s
      AND a.alias_kind = 'sheet'
      AND a.recorded_to IS NULL
      AND a.sheet_place IN (SELECT r.sheet_place FROM asked AS r)
), fit AS MATERIALIZED (
    SELECT r.row_no, t.parcel_uid, count(*) OVER (PARTITION BY r.row_no) AS parcels
    FROM asked AS r
    JOIN there AS t ON t.sheet_place = r.sheet_place AND land.sheet_fits(r.parts, t.parts)
), shared AS MATERIALIZED (
    -- The other rows of the delivery that fit these parcels, those that have their handle to the letter among them.
    SELECT t.parcel_uid, count(*) AS rows
    FROM there AS t
    JOIN merge_row AS m ON m.sheet_place = t.sheet_place AND m.sheet_alias IS NOT NULL AND m.status <> 'ignored'
    WHERE t.parcel_uid IN (SELECT f.parcel_uid FROM fit AS f)
      AND land.sheet_fits(land.sheet_parts(m.sheet_alias), t.parts)
    GROUP BY t.parcel_uid
)
SELECT f.row_no, f.parcel_uid, f.parcels = 1 AND s.rows = 1 AS alone
FROM fit AS f
JOIN shared AS s ON s.parcel_uid = f.parcel_uid
