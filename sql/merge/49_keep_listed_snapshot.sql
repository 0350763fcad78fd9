-- Absent from the map, but a list of the delivery names it: it stays.
-- By its national id, or by its number on the sheet; where the list's commune is none of this run, in whatever commune.
WITH listed AS (
    SELECT l.commune_code, l.sheet_no, l.parcel_no, l.national_id
    FROM unnest(%(listed_communes)s::text[], %(listed_sheets)s::text[],
                %(listed_numbers)s::text[], %(listed_ids)s::text[])
         AS l (commune_code, sheet_no, parcel_no, national_id)
), ending AS (
    SELECT p.parcel_uid, p.commune_code, p.sheet_no, p.parcel_no, coalesce(p.national_id, w.national_id) AS national_id
    FROM land.parcel AS p
    JOIN merge_ending AS e ON e.parcel_uid = p.parcel_uid AND NOT e.by_row
    LEFT JOIN land.withheld_id AS w ON w.province_code = %(province)s AND w.parcel_uid = p.parcel_uid
    WHERE p.province_code = %(province)s
), named AS (
    SELECT e.parcel_uid
    FROM ending AS e
    JOIN listed AS l ON l.national_id = e.national_id
    UNION
    SELECT e.parcel_uid
    FROM ending AS e
    JOIN listed AS l ON l.sheet_no = e.sheet_no AND l.parcel_no = e.parcel_no
    WHERE l.commune_code = e.commune_code
       OR NOT EXISTS (SELECT FROM merge_commune AS c WHERE c.commune_code = l.commune_code)
)
DELETE FROM merge_ending AS e
USING named AS n
WHERE n.parcel_uid = e.parcel_uid
