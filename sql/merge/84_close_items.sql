-- Items that change or go are kept as closed ones.
-- Before they are taken away: no version is destroyed.
INSERT INTO {version} (province_code, parcel_uid, item_no, {columns}, content_hash, hash_version, recorded_from, recorded_to, run_id, closed_by_run)
SELECT i.province_code, i.parcel_uid, i.item_no, {live_columns}, i.content_hash, i.hash_version, i.recorded_from, %(now)s, i.run_id, %(run_id)s
FROM {live} AS i
JOIN {diff} AS d ON d.parcel_uid = i.parcel_uid AND d.item_no = i.item_no AND d.action IN ('change', 'close')
WHERE i.province_code = %(province)s
