-- The rows of a held commune, and those that would take a parcel out of one, are held.
-- Out of it: into another commune, or to its end.
UPDATE merge_row AS m
SET status = 'held'
FROM merge_commune AS c
WHERE m.status IN ('accept', 'end')
  AND c.held
  AND (c.commune_code = m.commune_code
       OR c.commune_code = (SELECT p.commune_code FROM land.parcel AS p
                            WHERE p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid))
