-- A living parcel that brings another id gives up the one it had.
-- Before the new ones are written: ids may be swapped.
UPDATE land.national_id_claim AS claim
SET parcel_uid = NULL,
    province_code = NULL,
    claimed_at = NULL,
    run_id = %(run_id)s
FROM merge_row AS m
WHERE m.status = 'accept'
  AND m.national_alias IS NOT NULL
  AND m.national_uid IS DISTINCT FROM m.parcel_uid
  AND (m.source_uid IS NOT NULL OR m.sheet_uid IS NOT NULL OR EXISTS (SELECT FROM merge_fit AS f WHERE f.row_no = m.row_no))
  AND claim.parcel_uid = m.parcel_uid
  AND claim.national_id <> m.national_alias
