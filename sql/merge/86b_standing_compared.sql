-- All that is known of the parcels to which something came late, each state and end where it stands.
-- With the content of its version, and up to when that was shown.
CREATE TEMP TABLE merge_standing ON COMMIT DROP AS
SELECT s.parcel_uid, s.nature, s.known_from, s.stands_at, s.stands_side, s.stands_order, s.late_row, s.rank, s.version_from,
       s.order_kind, s.source_order, s.observed_at, version.content, version.shown_at
FROM (SELECT DISTINCT l.parcel_uid FROM merge_late AS l) AS asked
CROSS JOIN LATERAL (
    SELECT k.parcel_uid, k.nature, k.known_from, k.stands_at, k.stands_side, k.stands_order, k.late_row, k.rank, k.version_from,
           k.order_kind, k.source_order, k.observed_at
    FROM analyst.parcel_state AS k
    WHERE k.province_code = %(province)s AND k.parcel_uid = asked.parcel_uid
    OFFSET 0
) AS s
LEFT JOIN LATERAL (
    SELECT p.content_hash || convert_to(p.commune_code, 'UTF8') AS content,
           CASE WHEN p.stale_since IS NULL THEN w.snapshot_at END AS shown_at
    FROM land.parcel AS p
    LEFT JOIN land.source_watermark AS w ON w.province_code = %(province)s AND w.commune_code = p.commune_code
    WHERE p.province_code = %(province)s AND p.parcel_uid = s.parcel_uid AND p.recorded_from = s.version_from AND s.late_row = 0
    UNION ALL
    SELECT v.content_hash || convert_to(v.commune_code, 'UTF8'), v.observed_until
    FROM land.parcel_version AS v
    WHERE v.province_code = %(province)s AND v.parcel_uid = s.parcel_uid AND v.recorded_from = s.version_from AND v.late_row = s.late_row
) AS version ON s.nature IN ('state', 'told')
