-- The versions that change or end are kept as closed ones.
-- Before they change or go: no version is destroyed. One that its own row ends holds up to the day that the row says; of one
-- that ends for another reason it is known up to when it was last shown.
INSERT INTO land.parcel_version (
    parcel_uid, province_code, commune_valid_from, source_version, valid_to, {columns}, content_hash, hash_version,
    valid_from_means, order_kind, source_order, observed_at, observed_until, ended_order_kind, ended_order, ended_observed_at,
    recorded_from, recorded_to, stale_since, run_id, closed_by_run, closed_because)
SELECT p.parcel_uid, p.province_code, p.commune_valid_from, p.source_version, coalesce(closing.valid_to, p.valid_to), {live_columns},
       p.content_hash, p.hash_version, p.valid_from_means, p.order_kind, p.source_order, p.observed_at,
       greatest(p.observed_at, told.observed_at,
                CASE WHEN p.stale_since IS NULL AND w.snapshot_at IS NOT NULL THEN least(w.snapshot_at, %(observed_at)s::timestamptz) END),
       CASE WHEN closing.ended_order IS NOT NULL THEN %(order_kind)s::text END,
       CASE WHEN %(order_kind)s::text IS NOT NULL THEN closing.ended_order END,
       CASE WHEN closing.because = 'ended' AND closing.said
            THEN land.observed_at(%(order_kind)s::text, closing.ended_order, %(observed_at)s::timestamptz) END,
       p.recorded_from, %(now)s, p.stale_since, p.run_id, %(run_id)s, closing.because
FROM land.parcel AS p
JOIN (
    SELECT r.parcel_uid, 'changed' AS because, NULL::date AS valid_to, NULL::bigint AS ended_order, false AS said
    FROM merge_result AS r
    WHERE r.version_changed
    UNION ALL
    -- `said`: by its own row, or by a snapshot that does not show it; else a later snapshot than this delivery had said it.
    SELECT e.parcel_uid, 'ended', own.valid_to, own.source_order, NOT e.by_row OR own.source_order IS NOT NULL
    FROM merge_ending AS e
    LEFT JOIN (
        SELECT DISTINCT ON (m.parcel_uid) m.parcel_uid, s.valid_to, s.source_order
        FROM merge_row AS m
        JOIN {parcel} AS s ON s.row_no = m.row_no
        WHERE m.status = 'end' AND s.action = 'end'
        ORDER BY m.parcel_uid, s.source_order DESC
    ) AS own ON own.parcel_uid = e.parcel_uid AND e.by_row
) AS closing ON closing.parcel_uid = p.parcel_uid
LEFT JOIN LATERAL (
    SELECT max(t.observed_at) AS observed_at
    FROM land.parcel_told AS t
    WHERE t.province_code = %(province)s AND t.parcel_uid = p.parcel_uid AND t.recorded_from > p.recorded_from
) AS told ON true
LEFT JOIN land.source_watermark AS w ON w.province_code = %(province)s AND w.commune_code = p.commune_code
WHERE p.province_code = %(province)s
