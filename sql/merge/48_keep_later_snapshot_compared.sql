-- Absent, but a later change set has spoken of it: it stays.
-- The change set is believed. Of what a later snapshot said, a person may have let the earlier one pass.
DELETE FROM merge_ending AS e
USING land.parcel_alias AS a, land.source_state AS st
WHERE a.province_code = %(province)s
  AND NOT e.by_row
  AND a.parcel_uid = e.parcel_uid
  AND a.alias_kind = 'source_key'
  AND a.recorded_to IS NULL
  AND st.province_code = %(province)s
  AND st.source_alias = a.alias_value
  AND NOT (st.by_snapshot AND e.commune_code = ANY (%(older_passed)s::text[]))
  AND land.claim_order(true, NULL, NULL, %(observed_at)s::timestamptz,
                       st.by_snapshot, st.order_kind, st.source_order, st.observed_at) < 0
