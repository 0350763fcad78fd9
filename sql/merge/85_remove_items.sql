-- What changes or goes leaves the living.
-- Not a loss: they stand among the closed ones.
DELETE FROM {live} AS i
USING {diff} AS d
WHERE i.province_code = %(province)s
  AND i.parcel_uid = d.parcel_uid
  AND i.item_no = d.item_no
  AND d.action IN ('change', 'close')
