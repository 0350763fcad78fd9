-- Living parcels of which something was told although their own columns stayed as they were.
-- Their land uses, users or certificates changed, or a change set says that a newer version of them is the same. What a full
-- snapshot shows again is no row: its commune's watermark says it, or the state of its object; where there is neither, it is one.
INSERT INTO land.parcel_told (
    province_code, parcel_uid, version_from, valid_from, established_on, valid_from_means, order_kind, source_order, observed_at,
    recorded_from, run_id)
SELECT %(province)s, p.parcel_uid, p.recorded_from, p.valid_from, p.established_on, p.valid_from_means,
       CASE WHEN s.source_order IS NOT NULL THEN %(order_kind)s::text END,
       CASE WHEN %(order_kind)s::text IS NOT NULL THEN s.source_order END,
       land.observed_at(%(order_kind)s::text, s.source_order, %(observed_at)s::timestamptz), %(now)s, %(run_id)s
FROM merge_result AS r
JOIN merge_row AS m ON m.row_no = r.row_no
JOIN {parcel} AS s ON s.row_no = r.row_no
JOIN merge_commune AS c ON c.commune_code = r.commune_code
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = r.parcel_uid
WHERE NOT r.is_new
  AND NOT r.version_changed
  AND (r.items_changed OR (%(changes)s AND m.note IS DISTINCT FROM 'repeated')
       OR (NOT %(changes)s AND NOT c.endable AND p.source_key IS NULL))
