-- A number on the sheet names its parcel, if no stronger handle claimed it.
-- The weakest handle decides last: sheets are renumbered.
UPDATE merge_row AS m
SET parcel_uid = m.sheet_uid
WHERE m.parcel_uid IS NULL
  AND m.sheet_uid IS NOT NULL
  AND m.status <> 'ignored'
  AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = m.sheet_uid)
  -- In a change set an object's key names the object: another object's parcel is not taken over.
  AND NOT (%(changes)s
           AND m.source_alias IS NOT NULL
           AND EXISTS (SELECT FROM land.parcel_alias AS a
                       WHERE a.province_code = %(province)s
                         AND a.parcel_uid = m.sheet_uid
                         AND a.alias_kind = 'source_key'
                         AND a.recorded_to IS NULL
                         AND split_part(a.alias_value, '|', 1) = split_part(m.source_alias, '|', 1)))
