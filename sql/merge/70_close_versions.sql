-- The versions that change or end are kept as closed ones.
-- Before they change or go: no version is destroyed.
INSERT INTO land.parcel_version (
    parcel_uid, province_code, commune_code, commune_valid_from, sheet_no, parcel_no, map_scale, map_set,
    national_id, source_system, source_key, source_version, land_use, area_legal_m2, address, surveyed_on,
    valid_from, valid_to, source_srid, area_m2, geom, content_hash, hash_version, recorded_from, recorded_to,
    stale_since, run_id, closed_by_run, closed_because)
SELECT p.parcel_uid, p.province_code, p.commune_code, p.commune_valid_from, p.sheet_no, p.parcel_no, p.map_scale, p.map_set,
       p.national_id, p.source_system, p.source_key, p.source_version, p.land_use, p.area_legal_m2, p.address, p.surveyed_on,
       p.valid_from, p.valid_to, p.source_srid, p.area_m2, p.geom, p.content_hash, p.hash_version, p.recorded_from, %(now)s,
       p.stale_since, p.run_id, %(run_id)s, closing.because
FROM land.parcel AS p
JOIN (
    SELECT r.parcel_uid, 'changed' AS because FROM merge_result AS r WHERE r.version_changed
    UNION ALL
    SELECT e.parcel_uid, 'ended' FROM merge_ending AS e
) AS closing ON closing.parcel_uid = p.parcel_uid
WHERE p.province_code = %(province)s
