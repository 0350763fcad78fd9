-- Of several versions of an object the newest is applied.
-- The newest that may be applied: a refused version sets none aside.
WITH newest AS (
    SELECT DISTINCT ON (m.source_alias) m.source_alias, m.row_no, s.source_order
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    WHERE m.status = 'accept'
    ORDER BY m.source_alias, s.source_order DESC, m.row_no
)
UPDATE merge_row AS m
SET status = 'ignored',
    outdated = true,
    note = 'superseded'
FROM newest AS n, {parcel} AS s
WHERE n.source_alias = m.source_alias
  AND s.row_no = m.row_no
  AND m.row_no <> n.row_no
  AND m.status IN ('accept', 'held')
  AND s.source_order <= n.source_order
