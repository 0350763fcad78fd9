-- A row without geometry is refused where its parcel lives with one: emptied geometry is a loss.
-- Before versions are compared, so that it sets none aside. Its parcel is what the strongest handle names that names a living
-- one, whatever the key says: nothing shows that it is another. Of a set, where another version of the object has geometry, too.
UPDATE merge_row AS m
SET status = 'quarantine'
WHERE m.without_geometry
  AND m.status IN ('accept', 'held')
  AND ((SELECT p.geom IS NOT NULL
        FROM unnest(ARRAY[m.source_uid, m.national_uid, m.sheet_uid]) WITH ORDINALITY AS named (parcel_uid, strength)
        JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
        ORDER BY named.strength
        LIMIT 1)
       OR %(changes)s AND EXISTS (SELECT FROM merge_row AS v
                                  JOIN {parcel} AS s ON s.row_no = v.row_no
                                  WHERE v.source_alias = m.source_alias AND s.geom IS NOT NULL))
