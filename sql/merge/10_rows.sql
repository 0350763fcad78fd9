-- Every staged row, with the parcel that each of its handles names today.
-- A source key names its parcel even after the end; a national id or a sheet number only while the parcel lives.
CREATE TEMP TABLE merge_row ON COMMIT DROP AS
SELECT s.row_no,
       s.dataset AS commune_code,
       s.decision AS status,
       s.counted,
       s.identified,
       s.without_geometry,
       s.source_alias,
       s.national_alias,
       s.sheet_alias,
       s.sheet_place,
       s.old_commune_code,
       by_source.parcel_uid AS source_uid,
       by_national.parcel_uid AS national_uid,
       by_sheet.parcel_uid AS sheet_uid,
       by_source.parcel_uid AS parcel_uid,
       NULL::text AS merge_code,
       %(observed_at)s::timestamptz IS NULL AS outdated, -- what nobody dates is news of nothing
       false AS tombstone,
       NULL::text AS note
FROM {parcel} AS s
LEFT JOIN land.parcel_alias AS by_source
       ON by_source.province_code = %(province)s AND by_source.alias_kind = 'source_key'
      AND by_source.alias_value = s.source_alias AND by_source.recorded_to IS NULL
LEFT JOIN land.parcel_alias AS by_national
       ON by_national.province_code = %(province)s AND by_national.alias_kind = 'national_id'
      AND by_national.alias_value = s.national_alias AND by_national.recorded_to IS NULL
LEFT JOIN land.parcel_alias AS by_sheet
       ON by_sheet.province_code = %(province)s AND by_sheet.alias_kind = 'sheet'
      AND by_sheet.alias_value = s.sheet_alias AND by_sheet.recorded_to IS NULL
