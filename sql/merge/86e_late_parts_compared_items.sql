-- With the land uses, users and certificates that they came with.
-- Those that are written once more have what their parcel had when it was told next.
INSERT INTO {version} (
    province_code, parcel_uid, item_no, {columns}, content_hash, hash_version, late_row, recorded_from, recorded_to, run_id, closed_by_run)
SELECT %(province)s, n.parcel_uid, i.item_no, {live_columns}, i.content_hash, %(hash_version)s, n.late_row, %(now)s, %(now)s,
       %(run_id)s, %(run_id)s
FROM merge_placed AS n
JOIN {staged} AS i ON i.row_no = n.row_no
WHERE n.version_from IS NULL
UNION ALL
SELECT %(province)s, n.parcel_uid, i.item_no, {live_columns}, i.content_hash, i.hash_version, n.late_row, %(now)s, %(now)s,
       %(run_id)s, %(run_id)s
FROM merge_placed AS n
JOIN {live} AS i ON i.province_code = %(province)s AND i.parcel_uid = n.parcel_uid AND i.recorded_from <= n.items_at
WHERE n.because = 'late'
UNION ALL
SELECT %(province)s, n.parcel_uid, i.item_no, {live_columns}, i.content_hash, i.hash_version, n.late_row, %(now)s, %(now)s,
       %(run_id)s, %(run_id)s
FROM merge_placed AS n
JOIN {version} AS i
  ON i.province_code = %(province)s AND i.parcel_uid = n.parcel_uid
 AND CASE WHEN n.items_at IS NULL THEN i.recorded_from = n.version_from AND i.late_row = n.version_late_row
          ELSE i.late_row = 0 AND i.recorded_from <= n.items_at AND n.items_at < i.recorded_to END
WHERE n.because = 'late'
  AND n.version_from IS NOT NULL
