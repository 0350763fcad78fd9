-- Claims of other provinces in the cells of the GeoHash (4 characters: 39 by 20 km) that this province's land touches.
SELECT claim.national_id, claim.province_code
FROM pg_temp.wanted_cell AS cell
JOIN land.national_id_claim AS claim
    ON claim.national_id >= cell.prefix
    AND claim.national_id < cell.prefix || '{{'
WHERE claim.parcel_uid IS NOT NULL
  AND claim.province_code <> {province}
ORDER BY claim.national_id
