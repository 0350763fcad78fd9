-- A number on the sheet names the only parcel that it fits, if no other handle claimed it.
-- What is not known yet, or not any more, makes no other parcel.
UPDATE merge_row AS m
SET parcel_uid = f.parcel_uid
FROM merge_fit AS f
WHERE f.row_no = m.row_no
  AND f.alone
  AND m.parcel_uid IS NULL
  AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = f.parcel_uid)
  -- In a change set an object's key names the object: another object's parcel is not taken over.
  AND NOT (%(changes)s
           AND m.source_alias IS NOT NULL
           AND EXISTS (SELECT FROM land.parcel_alias AS a
                       WHERE a.province_code = %(province)s
                         AND a.parcel_uid = f.parcel_uid
                         AND a.alias_kind = 'source_key'
                         AND a.recorded_to IS NULL
                         AND split_part(a.alias_value, '|', 1) = split_part(m.source_alias, '|', 1)))
