-- Ids that a parcel does not carry any more are free.
-- Where its row was not refused since, or it ends after all. Before the new ones are written: ids may be swapped.
UPDATE land.national_id_claim AS claim
SET parcel_uid = NULL,
    province_code = NULL,
    last_province_code = claim.province_code,
    claimed_at = NULL
FROM merge_giving_up AS g
JOIN (
    -- A join, not EXISTS: what does not fit into the memory of a statement would be gone through row by row.
    SELECT m.parcel_uid FROM merge_row AS m WHERE m.status = 'accept'
    UNION ALL
    SELECT e.parcel_uid FROM merge_ending AS e
) AS still ON still.parcel_uid = g.parcel_uid
WHERE claim.national_id = g.national_id
  AND claim.parcel_uid = g.parcel_uid
