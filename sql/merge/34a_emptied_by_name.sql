-- So is one that is, or could be, a living parcel with geometry by a number that merely fits.
-- Where its own handles name none to the letter: it could be any of those that its number fits.
UPDATE merge_row AS m
SET status = 'quarantine'
WHERE m.without_geometry
  AND m.status IN ('accept', 'held')
  AND EXISTS (SELECT FROM land.parcel AS p
              WHERE p.province_code = %(province)s
                AND p.geom IS NOT NULL
                AND (p.parcel_uid = m.parcel_uid
                     OR p.parcel_uid IN (SELECT f.parcel_uid FROM merge_fit AS f WHERE f.row_no = m.row_no)
                        AND NOT EXISTS (SELECT FROM land.parcel AS own
                                        WHERE own.province_code = %(province)s AND own.parcel_uid = m.parcel_uid)))
