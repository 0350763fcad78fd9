-- New parcels, and those that come back.
-- With a new uid, or the one that their handle still names.
INSERT INTO land.parcel (
    parcel_uid, province_code, commune_valid_from, source_version, {columns}, content_hash, hash_version,
    valid_from_means, order_kind, source_order, observed_at, recorded_from, run_id)
SELECT r.parcel_uid, %(province)s, c.valid_from, s.source_version, {staged_columns}, s.content_hash, %(hash_version)s,
       %(valid_from_means)s,
       CASE WHEN s.source_order IS NOT NULL THEN %(order_kind)s::text END,
       CASE WHEN %(order_kind)s::text IS NOT NULL THEN s.source_order END,
       land.observed_at(%(order_kind)s::text, s.source_order, %(observed_at)s::timestamptz), %(now)s, %(run_id)s
FROM merge_result AS r
JOIN {parcel} AS s ON s.row_no = r.row_no
JOIN merge_commune AS c ON c.commune_code = r.commune_code
WHERE r.is_new
