-- New items, and changed ones as they are now.
-- A changed item is closed and written anew: its history has no gap.
INSERT INTO {live} (province_code, parcel_uid, item_no, {columns}, content_hash, hash_version, recorded_from, run_id)
SELECT %(province)s, d.parcel_uid, d.item_no, {live_columns}, i.content_hash, %(hash_version)s, %(now)s, %(run_id)s
FROM {diff} AS d
JOIN {staged} AS i ON i.row_no = d.row_no AND i.item_no = d.item_no
WHERE d.action IN ('insert', 'change')
