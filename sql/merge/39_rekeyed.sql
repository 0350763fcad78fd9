-- Rows whose land is another parcel's are that parcel, where a person said that it is the keys that changed.
-- Or none that was known. So is a row with the key of a parcel that ended on land elsewhere: a key that was used again.
UPDATE merge_row AS m
SET parcel_uid = b.parcel_uid
FROM merge_row AS asked
LEFT JOIN merge_land AS l ON l.row_no = asked.row_no
LEFT JOIN merge_by_land AS b ON b.row_no = asked.row_no AND b.sure AND asked.commune_code = ANY (%(rekeyed)s::text[])
WHERE asked.row_no = m.row_no
  AND m.status = 'accept'
  AND (l.shared < %(apart_share)s AND (l.ended OR m.commune_code = ANY (%(rekeyed)s::text[]))
       OR m.parcel_uid IS NULL AND b.row_no IS NOT NULL)
