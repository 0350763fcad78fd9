-- Absent, but something later has spoken of it: it stays.
-- A change set is believed. Of what a later snapshot said, a person may have let the earlier one pass. Of what has no key only the
-- parcel itself says up to when it is known.
DELETE FROM merge_ending AS e
USING land.parcel AS p
LEFT JOIN land.parcel_alias AS a
       ON a.province_code = %(province)s AND a.parcel_uid = p.parcel_uid AND a.alias_kind = 'source_key' AND a.recorded_to IS NULL
LEFT JOIN land.source_state AS st ON st.province_code = %(province)s AND st.source_alias = a.alias_value
WHERE p.province_code = %(province)s
  AND p.parcel_uid = e.parcel_uid
  AND NOT e.by_row
  AND ((st.source_alias IS NOT NULL
        AND NOT (st.by_snapshot AND e.commune_code = ANY (%(older_passed)s::text[]))
        AND land.claim_order(true, NULL, NULL, %(observed_at)s::timestamptz,
                             st.by_snapshot, st.order_kind, st.source_order, st.observed_at) < 0)
       OR (p.source_key IS NULL
           AND NOT e.commune_code = ANY (%(older_passed)s::text[])
           AND land.told_until(%(province)s, p.parcel_uid, p.observed_at) > %(observed_at)s::timestamptz))
