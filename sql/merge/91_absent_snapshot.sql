-- Objects that ended because their commune's snapshot did not show them.
-- What was known of them stays, as a tombstone; that they are not in that commune any more is said by its watermark, and
-- by nothing about another one.
INSERT INTO land.source_state AS st (
    province_code, source_alias, order_kind, source_order, observed_at, by_snapshot, ended)
SELECT %(province)s, a.alias_value, NULL, NULL, w.snapshot_at, true, true
FROM merge_ending AS e
JOIN land.parcel_alias AS a
  ON a.province_code = %(province)s AND a.parcel_uid = e.parcel_uid AND a.alias_kind = 'source_key' AND a.recorded_to IS NULL
LEFT JOIN land.source_watermark AS w ON w.province_code = %(province)s AND w.commune_code = e.commune_code
WHERE NOT e.by_row
ON CONFLICT (province_code, source_alias) DO UPDATE
SET ended = true,
    observed_at = CASE WHEN st.by_snapshot AND excluded.observed_at > coalesce(st.refused_at, '-infinity')
                       THEN greatest(st.observed_at, excluded.observed_at)
                       ELSE st.observed_at END
