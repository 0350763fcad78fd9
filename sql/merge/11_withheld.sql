-- Rows with a national id that a parcel of another province holds.
-- They are published without it, for the land is not in doubt, only its name. What has its own id already, and is not without it
-- now, holds it.
CREATE TEMP TABLE merge_withheld ON COMMIT DROP AS
SELECT m.row_no
FROM merge_row AS m
JOIN land.national_id_claim AS claim ON claim.national_id = m.national_alias
WHERE claim.parcel_uid IS NOT NULL
  AND claim.province_code <> %(province)s
  AND (m.national_uid IS NULL
       OR EXISTS (SELECT FROM land.withheld_id AS w WHERE w.province_code = %(province)s AND w.parcel_uid = m.national_uid))
