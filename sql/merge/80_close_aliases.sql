-- Handles that the delivery replaces or no longer has.
-- An id or a number on the sheet that its row leaves blank is not the parcel's any more. A source key that is merely left
-- blank stays, until it names another parcel.
UPDATE land.parcel_alias AS a
SET recorded_to = %(now)s
FROM merge_row AS m
WHERE a.province_code = %(province)s
  AND a.parcel_uid = m.parcel_uid
  AND a.recorded_to IS NULL
  AND m.status = 'accept'
  AND CASE a.alias_kind
          WHEN 'source_key' THEN a.alias_value <> m.source_alias
          WHEN 'national_id' THEN a.alias_value IS DISTINCT FROM m.national_alias
          ELSE a.alias_value IS DISTINCT FROM m.sheet_alias
      END
