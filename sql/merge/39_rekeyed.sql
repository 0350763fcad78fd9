-- Rows whose land is another parcel's are that parcel, where a person said that it is the keys that changed.
-- Or that they are in another commune now, which changes their numbers. Or none that was known. So is a row with the key of a parcel
-- that ended on land elsewhere: a key that was used again. Not the parcel that another row keeps, because a person said of its commune
-- that its handles are right and the land was corrected.
UPDATE merge_row AS m
SET parcel_uid = b.parcel_uid
FROM merge_land AS l
FULL JOIN (
    SELECT b.row_no, b.parcel_uid
    FROM merge_by_land AS b
    LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = b.parcel_uid
    WHERE b.sure
      AND NOT EXISTS (SELECT FROM merge_row AS kept
                      WHERE kept.parcel_uid = b.parcel_uid AND kept.row_no <> b.row_no
                        AND kept.commune_code <> ALL (%(rekeyed)s::text[] || %(contradicted)s::text[]))
      AND (b.commune_code = ANY (%(rekeyed)s::text[])
           OR (b.new
               AND p.commune_code <> b.commune_code
               AND b.commune_code = ANY (%(communes_passed)s::text[])
               AND p.commune_code = ANY (%(communes_passed)s::text[])))
) AS b ON b.row_no = l.row_no
WHERE m.row_no = coalesce(l.row_no, b.row_no)
  AND m.status = 'accept'
  AND (l.shared < %(apart_share)s AND (l.ended OR m.commune_code = ANY (%(rekeyed)s::text[]))
       OR m.parcel_uid IS NULL AND b.row_no IS NOT NULL)
