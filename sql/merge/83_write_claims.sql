-- Ids that have another holder now.
-- Their rows are there: they were made or locked before the conflicts were looked for.
UPDATE land.national_id_claim AS claim
SET parcel_uid = m.parcel_uid,
    province_code = %(province)s,
    claimed_at = %(now)s,
    run_id = %(run_id)s
FROM merge_row AS m
JOIN merge_changing AS g ON g.row_no = m.row_no AND g.takes_id
WHERE m.status = 'accept'
  AND claim.national_id = m.national_alias
  AND claim.parcel_uid IS DISTINCT FROM m.parcel_uid
