-- A national id names its parcel, if no row claimed it by source key.
-- The strongest handle decides.
UPDATE merge_row AS m
SET parcel_uid = m.national_uid
WHERE m.parcel_uid IS NULL
  AND m.national_uid IS NOT NULL
  AND m.status <> 'ignored'
  AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = m.national_uid)
  -- In a change set an object's key names the object: another object's parcel is not taken over.
  AND NOT (%(changes)s
           AND m.source_alias IS NOT NULL
           AND EXISTS (SELECT FROM land.parcel_alias AS a
                       WHERE a.province_code = %(province)s
                         AND a.parcel_uid = m.national_uid
                         AND a.alias_kind = 'source_key'
                         AND a.recorded_to IS NULL
                         AND split_part(a.alias_value, '|', 1) = split_part(m.source_alias, '|', 1)))
