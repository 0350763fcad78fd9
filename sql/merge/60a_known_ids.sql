-- New rows with an id that a parcel of another province may have, or have had.
-- Of an id that was never held there is nothing to ask; its claim was written by this run for its own row, which is what keeps a first
-- delivery fast.
CREATE TEMP TABLE merge_known_id ON COMMIT DROP AS
SELECT m.row_no, m.national_alias AS national_id
FROM merge_row AS m
JOIN merge_changing AS g ON g.row_no = m.row_no AND g.is_new
JOIN land.national_id_claim AS claim ON claim.national_id = m.national_alias
WHERE m.status = 'accept'
  AND (claim.parcel_uid IS NULL OR claim.province_code <> %(province)s)
