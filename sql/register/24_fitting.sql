-- The rows that sheets of these names fit where a mark of them is not known on one side: the only row that fits the name,
-- where the name is the only one that fits the row, among all that lived before this run and all that are open cases. The
-- live parcel that the row is may be the name's own: of a refused row the case has one name, the parcel its last good one.
-- As sql/merge/32_fit_sheet.sql.
INSERT INTO register_named (commune_code, name, kind, row_no)
WITH asked AS MATERIALIZED (
    SELECT w.commune_code, w.name, w.value, land.sheet_parts(w.value) AS parts
    FROM register_name AS w
    WHERE w.kind = 'sheet'
      AND NOT EXISTS (SELECT FROM register_named AS n WHERE n.commune_code = w.commune_code AND n.name = w.name)
), placed AS MATERIALIZED (
    SELECT a.*, concat_ws('|', a.parts[1], a.parts[2], a.parts[6], a.parts[7]) AS place FROM asked AS a
), delivered AS MATERIALIZED (
    SELECT s.row_no, m.parcel_uid, s.sheet_place, land.sheet_parts(s.sheet_alias) AS parts, s.sheet_alias
    FROM {parcel} AS s
    JOIN merge_row AS m ON m.row_no = s.row_no AND m.status <> 'ignored'
    WHERE s.sheet_alias IS NOT NULL
      AND s.sheet_place IN (SELECT p.place FROM placed AS p)
), fit AS MATERIALIZED (
    SELECT p.commune_code, p.name, p.value, p.parts AS name_parts, d.row_no, d.parcel_uid, d.sheet_alias, d.sheet_place, d.parts,
           count(*) OVER (PARTITION BY p.commune_code, p.name) AS rows
    FROM placed AS p
    JOIN delivered AS d ON d.sheet_place = p.place AND land.sheet_fits(p.parts, d.parts)
), known AS MATERIALIZED (
    SELECT a.sheet_place AS place, a.alias_value AS value, a.parcel_uid
    FROM land.parcel_alias AS a
    WHERE a.province_code = %(province)s
      AND a.alias_kind = 'sheet'
      AND a.sheet_place IN (SELECT f.sheet_place FROM fit AS f)
      AND a.recorded_from <> %(merged_at)s
      AND (a.recorded_to IS NULL OR a.recorded_to = %(merged_at)s)
    UNION
    SELECT concat_ws('|', x.parts[1], x.parts[2], x.parts[6], x.parts[7]), x.value, NULL
    FROM (
        SELECT n.value, land.sheet_parts(n.value) AS parts
        FROM (
            SELECT DISTINCT substr(u.name, 7) AS value
            FROM ledger.finding_case AS c
            CROSS JOIN LATERAL unnest(c.names || c.other_names) AS u (name)
            WHERE EXISTS (SELECT FROM fit AS f)
              AND c.state IN ('new', 'open', 'returned')
              AND (c.commune_code = ANY (%(communes)s::text[]) OR c.other_commune_code = ANY (%(communes)s::text[]))
              AND u.name LIKE 'sheet|%%'
        ) AS n
    ) AS x
)
SELECT f.commune_code, f.name, 'sheet', f.row_no
FROM fit AS f
WHERE f.rows = 1
  AND NOT EXISTS (
      SELECT FROM known AS k
      WHERE k.place = f.sheet_place AND k.value <> f.value AND land.sheet_fits(land.sheet_parts(k.value), f.parts)
        AND NOT coalesce(k.parcel_uid = f.parcel_uid AND land.sheet_fits(land.sheet_parts(k.value), f.name_parts), false))
