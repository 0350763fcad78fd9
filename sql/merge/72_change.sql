-- Parcels that changed are as their row says.
-- Their uid stays; the version that was is closed.
UPDATE land.parcel AS p
SET commune_code = s.commune_code, commune_valid_from = c.valid_from, sheet_no = s.sheet_no, parcel_no = s.parcel_no,
    map_scale = s.map_scale, map_set = s.map_set, national_id = s.national_id, source_system = s.source_system,
    source_key = s.source_key, source_version = s.source_version, land_use = s.land_use,
    area_legal_m2 = s.area_legal_m2, address = s.address, surveyed_on = s.surveyed_on, valid_from = s.valid_from,
    source_srid = s.source_srid, area_m2 = s.area_m2, geom = s.geom, content_hash = s.content_hash,
    hash_version = %(hash_version)s, recorded_from = %(now)s, stale_since = NULL, run_id = %(run_id)s
FROM merge_result AS r
JOIN {parcel} AS s ON s.row_no = r.row_no
JOIN merge_commune AS c ON c.commune_code = r.commune_code
WHERE p.province_code = %(province)s
  AND p.parcel_uid = r.parcel_uid
  AND r.version_changed
