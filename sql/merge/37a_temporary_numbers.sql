-- A row that only a temporary number names is not the parcel whose land lies elsewhere.
-- Offices give such a number to another parcel as soon as it is free: nobody need be asked, and nobody could be shown a story that
-- is true. Where a key or an id names the same parcel, that one is contradicted, as ever. What land alone says of the row is kept as
-- of any row that no handle knows; not of one with a key, which is another object.
WITH elsewhere AS (
    DELETE FROM merge_land AS l
    USING merge_row AS m, {parcel} AS s
    WHERE m.row_no = l.row_no
      AND s.row_no = l.row_no
      AND s.parcel_no ~ %(temporary)s
      AND l.shared < %(apart_share)s
      AND NOT l.ended
      AND m.source_uid IS DISTINCT FROM l.parcel_uid
      AND m.national_uid IS DISTINCT FROM l.parcel_uid
    RETURNING l.row_no, m.source_alias
), keyed AS (
    DELETE FROM merge_by_land AS b
    USING elsewhere AS e
    WHERE b.row_no = e.row_no AND e.source_alias IS NOT NULL
), known AS (
    UPDATE merge_by_land AS b
    SET new = true
    FROM elsewhere AS e
    WHERE b.row_no = e.row_no AND e.source_alias IS NULL
)
UPDATE merge_row AS m
SET parcel_uid = NULL
FROM elsewhere AS e
WHERE m.row_no = e.row_no
