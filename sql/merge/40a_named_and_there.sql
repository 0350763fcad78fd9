-- Rows whose weaker handle and whose land both name a parcel are that parcel, if whoever else names it waits because land denies it.
-- Left to wait for the other row, they would be refused for the number that their own parcel keeps, and neither could ever go on.
WITH own AS (
    SELECT m.row_no, b.parcel_uid
    FROM merge_by_land AS b
    JOIN merge_row AS m ON m.row_no = b.row_no
    WHERE b.sure
      AND b.new
      AND m.status = 'accept'
      AND m.parcel_uid IS NULL
      AND b.parcel_uid IN (m.national_uid, m.sheet_uid)
      AND EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = b.parcel_uid AND t.note = 'contradicted')
      AND NOT EXISTS (SELECT FROM merge_row AS t
                      WHERE t.parcel_uid = b.parcel_uid AND t.note IS DISTINCT FROM 'contradicted')
)
UPDATE merge_row AS m
SET parcel_uid = CASE WHEN m.row_no = own.row_no THEN own.parcel_uid END
FROM own
WHERE m.row_no = own.row_no
   OR m.parcel_uid = own.parcel_uid
