-- They are written as closed versions, recorded now, and never live.
-- So what was answered before about an earlier knowledge stays as it was.
INSERT INTO land.parcel_version (
    parcel_uid, province_code, commune_valid_from, source_version, valid_to, {columns}, content_hash, hash_version,
    valid_from_means, order_kind, source_order, observed_at, observed_until, late_row, stands_at, stands_side,
    recorded_from, recorded_to, run_id, closed_by_run, closed_because)
SELECT n.parcel_uid, %(province)s, l.valid_from, s.source_version, s.valid_to, {staged_columns}, s.content_hash, %(hash_version)s,
       %(valid_from_means)s, %(order_kind)s, n.source_order, n.observed_at, n.shown_until, n.late_row, n.stands_at, n.stands_side,
       %(now)s, %(now)s, %(run_id)s, %(run_id)s, n.because
FROM merge_placed AS n
JOIN {parcel} AS s ON s.row_no = n.row_no
JOIN merge_late AS l ON l.row_no = n.row_no
WHERE n.version_from IS NULL
UNION ALL
SELECT n.parcel_uid, %(province)s, p.commune_valid_from, p.source_version, s.valid_to, {live_columns}, p.content_hash, p.hash_version,
       p.valid_from_means, %(order_kind)s, n.source_order, n.observed_at, n.shown_until, n.late_row, n.stands_at, n.stands_side,
       %(now)s, %(now)s, %(run_id)s, %(run_id)s, n.because
FROM merge_placed AS n
JOIN land.parcel AS p
  ON p.province_code = %(province)s AND p.parcel_uid = n.parcel_uid AND p.recorded_from = n.version_from AND n.version_late_row = 0
LEFT JOIN {parcel} AS s ON s.row_no = n.row_no
UNION ALL
SELECT n.parcel_uid, %(province)s, p.commune_valid_from, p.source_version, s.valid_to, {live_columns}, p.content_hash, p.hash_version,
       p.valid_from_means, %(order_kind)s, n.source_order, n.observed_at, n.shown_until, n.late_row, n.stands_at, n.stands_side,
       %(now)s, %(now)s, %(run_id)s, %(run_id)s, n.because
FROM merge_placed AS n
JOIN land.parcel_version AS p
  ON p.province_code = %(province)s AND p.parcel_uid = n.parcel_uid AND p.recorded_from = n.version_from AND p.late_row = n.version_late_row
LEFT JOIN {parcel} AS s ON s.row_no = n.row_no
