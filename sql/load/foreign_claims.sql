-- Which of the delivered ids another province's parcel holds.
SELECT w.national_id, claim.province_code
FROM wanted_id AS w
JOIN land.national_id_claim AS claim ON claim.national_id = w.national_id
WHERE claim.parcel_uid IS NOT NULL
  AND claim.province_code <> %(province)s
