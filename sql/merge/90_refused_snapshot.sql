-- Objects that were shown but not applied.
-- What the snapshot says of its communes as a whole does not hold for them. What was known of them before is written down
-- first.
INSERT INTO land.source_state AS st (
    province_code, source_alias, order_kind, source_order, observed_at, by_snapshot, ended, refused_at)
SELECT DISTINCT ON (m.source_alias)
       %(province)s, m.source_alias, NULL, NULL, there.snapshot_at, true, false, %(observed_at)s::timestamptz
FROM merge_row AS m
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.source_uid
LEFT JOIN land.source_watermark AS there ON there.province_code = %(province)s AND there.commune_code = p.commune_code
WHERE m.status IN ('quarantine', 'unreadable', 'held')
  AND NOT m.outdated
  AND m.source_alias IS NOT NULL
  AND EXISTS (SELECT FROM merge_commune AS c
              WHERE c.commune_code IN (m.commune_code, p.commune_code) AND c.endable AND NOT c.held)
ORDER BY m.source_alias, m.row_no
ON CONFLICT (province_code, source_alias) DO UPDATE
SET observed_at = CASE WHEN NOT st.by_snapshot THEN st.observed_at
                       WHEN excluded.observed_at > coalesce(st.refused_at, '-infinity')
                       THEN greatest(st.observed_at, excluded.observed_at)
                       ELSE st.observed_at END,
    refused_at = greatest(st.refused_at, excluded.refused_at)
