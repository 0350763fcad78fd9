-- Rows that no key names are the parcels that their weaker handles name, the strongest first.
-- An id before a number on the sheet, and that before one that merely fits: what is not known yet, or not any more, makes no
-- other parcel. Each parcel goes to the row that names it by the strongest handle. Another object's parcel is not taken
-- over: in a change set never, else where its land says that it is another one.
WITH named AS (
    SELECT m.row_no, handle.rank, handle.parcel_uid
    FROM merge_row AS m
    CROSS JOIN LATERAL (VALUES (1, m.national_uid), (2, m.sheet_uid)) AS handle (rank, parcel_uid)
    WHERE m.parcel_uid IS NULL
      AND m.status <> 'ignored'
      AND handle.parcel_uid IS NOT NULL
    UNION ALL
    SELECT f.row_no, 3, f.parcel_uid
    FROM merge_fit AS f
    JOIN merge_row AS m ON m.row_no = f.row_no
    WHERE f.alone
      AND m.parcel_uid IS NULL
), free AS MATERIALIZED (
    SELECT n.row_no, n.rank, n.parcel_uid
    FROM named AS n
    WHERE NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = n.parcel_uid)
      AND NOT EXISTS (SELECT FROM merge_other AS o
                      WHERE o.row_no = n.row_no AND o.parcel_uid = n.parcel_uid AND (%(changes)s OR NOT o.same_land))
), by_id AS MATERIALIZED (
    SELECT f.row_no, f.parcel_uid FROM free AS f WHERE f.rank = 1
), by_number AS MATERIALIZED (
    SELECT f.row_no, f.parcel_uid
    FROM free AS f
    WHERE f.rank = 2
      AND NOT EXISTS (SELECT FROM by_id AS i WHERE i.row_no = f.row_no)
      AND NOT EXISTS (SELECT FROM by_id AS i WHERE i.parcel_uid = f.parcel_uid)
), matched AS (
    SELECT i.row_no, i.parcel_uid FROM by_id AS i
    UNION ALL
    SELECT n.row_no, n.parcel_uid FROM by_number AS n
    UNION ALL
    SELECT f.row_no, f.parcel_uid
    FROM free AS f
    WHERE f.rank = 3
      AND NOT EXISTS (SELECT FROM by_id AS i WHERE i.row_no = f.row_no)
      AND NOT EXISTS (SELECT FROM by_id AS i WHERE i.parcel_uid = f.parcel_uid)
      AND NOT EXISTS (SELECT FROM by_number AS n WHERE n.row_no = f.row_no)
      AND NOT EXISTS (SELECT FROM by_number AS n WHERE n.parcel_uid = f.parcel_uid)
)
UPDATE merge_row AS m
SET parcel_uid = x.parcel_uid
FROM matched AS x
WHERE x.row_no = m.row_no
