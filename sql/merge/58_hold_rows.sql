-- The rows of a held commune, and those that would take a parcel out of one, are held.
-- Out of it: into another commune, or to its end.
UPDATE merge_row AS m
SET status = 'held'
FROM (
    SELECT r.row_no
    FROM merge_row AS r
    JOIN merge_commune AS c ON c.commune_code = r.commune_code AND c.held
    UNION
    SELECT r.row_no
    FROM merge_row AS r
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = r.parcel_uid
    JOIN merge_commune AS c ON c.commune_code = p.commune_code AND c.held
) AS waiting
WHERE waiting.row_no = m.row_no
  AND m.status IN ('accept', 'end')
