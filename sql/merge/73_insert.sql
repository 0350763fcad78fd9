-- New parcels, and those that come back.
-- With a new uid, or the one that their handle still names.
INSERT INTO land.parcel (
    parcel_uid, province_code, commune_code, commune_valid_from, sheet_no, parcel_no, map_scale, map_set,
    national_id, source_system, source_key, source_version, land_use, area_legal_m2, address, surveyed_on,
    valid_from, source_srid, area_m2, geom, content_hash, hash_version, recorded_from, run_id)
SELECT r.parcel_uid, %(province)s, s.commune_code, c.valid_from, s.sheet_no, s.parcel_no, s.map_scale, s.map_set,
       s.national_id, s.source_system, s.source_key, s.source_version, s.land_use, s.area_legal_m2, s.address, s.surveyed_on,
       s.valid_from, s.source_srid, s.area_m2, s.geom, s.content_hash, %(hash_version)s, %(now)s, %(run_id)s
FROM merge_result AS r
JOIN {parcel} AS s ON s.row_no = r.row_no
JOIN merge_commune AS c ON c.commune_code = r.commune_code
WHERE r.is_new
