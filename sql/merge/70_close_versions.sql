-- The versions that change or end are kept as closed ones.
-- Before they change or go: no version is destroyed.
INSERT INTO land.parcel_version (
    parcel_uid, province_code, commune_valid_from, source_version, valid_to, {columns}, content_hash, hash_version,
    recorded_from, recorded_to, stale_since, run_id, closed_by_run, closed_because)
SELECT p.parcel_uid, p.province_code, p.commune_valid_from, p.source_version, p.valid_to, {live_columns}, p.content_hash, p.hash_version,
       p.recorded_from, %(now)s, p.stale_since, p.run_id, %(run_id)s, closing.because
FROM land.parcel AS p
JOIN (
    SELECT r.parcel_uid, 'changed' AS because FROM merge_result AS r WHERE r.version_changed
    UNION ALL
    SELECT e.parcel_uid, 'ended' FROM merge_ending AS e
) AS closing ON closing.parcel_uid = p.parcel_uid
WHERE p.province_code = %(province)s
