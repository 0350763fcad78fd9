-- Parcels that changed are as their row says.
-- Their uid stays; the version that was is closed.
UPDATE land.parcel AS p
SET ({columns}) = ROW ({staged_columns}),
    commune_valid_from = c.valid_from, source_version = s.source_version, content_hash = s.content_hash,
    valid_from_means = %(valid_from_means)s, order_kind = CASE WHEN s.source_order IS NOT NULL THEN %(order_kind)s::text END,
    source_order = CASE WHEN %(order_kind)s::text IS NOT NULL THEN s.source_order END,
    observed_at = land.observed_at(%(order_kind)s::text, s.source_order, %(observed_at)s::timestamptz),
    hash_version = %(hash_version)s, recorded_from = %(now)s, stale_since = NULL, run_id = %(run_id)s
FROM merge_result AS r
JOIN {parcel} AS s ON s.row_no = r.row_no
JOIN merge_commune AS c ON c.commune_code = r.commune_code
WHERE p.province_code = %(province)s
  AND p.parcel_uid = r.parcel_uid
  AND r.version_changed
