-- Sheet handles of parcels that ended in a commune and that no live parcel has now, or could have, each with the last parcel that had it.
SELECT DISTINCT ON (a.alias_value)
    a.alias_value AS handle,
    (v.recorded_to AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS ended_on,
    v.source_system || '|' || v.source_key AS source_handle,
    v.national_id
FROM land.parcel_version AS v
JOIN land.parcel_alias AS a
    ON a.province_code = v.province_code
    AND a.parcel_uid = v.parcel_uid
    AND a.alias_kind = 'sheet'
    AND a.recorded_to = v.recorded_to
WHERE v.province_code = {province}
  AND v.commune_code = {commune}
  AND v.closed_because = 'ended'
  AND NOT EXISTS (
      SELECT FROM land.parcel AS live
      WHERE live.province_code = v.province_code AND live.parcel_uid = v.parcel_uid
  )
  AND NOT EXISTS (
      SELECT FROM land.parcel_alias AS held
      WHERE held.province_code = v.province_code
        AND held.alias_kind = 'sheet'
        AND held.sheet_place = a.sheet_place
        AND held.recorded_to IS NULL
        AND land.sheet_fits(land.sheet_parts(held.alias_value), land.sheet_parts(a.alias_value))
  )
ORDER BY a.alias_value, v.recorded_to DESC
