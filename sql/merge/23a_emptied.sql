-- A row without geometry is refused where its parcel lives with one.
-- Emptied geometry is a loss. Not what came too late. Before the newest version is chosen, so that it sets none aside: of a set also where an earlier version of the
-- object has geometry. Its parcel is what the strongest handle names that names a living one, whatever the key says: nothing
-- shows that it is another.
UPDATE merge_row AS m
SET status = 'quarantine'
FROM {parcel} AS own
WHERE own.row_no = m.row_no
  AND m.without_geometry
  AND m.status IN ('accept', 'held')
  AND ((SELECT p.geom IS NOT NULL
        FROM unnest(ARRAY[m.source_uid, m.national_uid, m.sheet_uid]) WITH ORDINALITY AS named (parcel_uid, strength)
        JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
        ORDER BY named.strength
        LIMIT 1)
       OR %(changes)s AND EXISTS (SELECT FROM merge_row AS v
                                  JOIN {parcel} AS s ON s.row_no = v.row_no
                                  WHERE v.source_alias = m.source_alias
                                    AND s.geom IS NOT NULL
                                    AND NOT coalesce(s.source_order > own.source_order, false)))
