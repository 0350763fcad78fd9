-- The ids that a province gave to parcels of its own and that another parcel has.
SELECT w.national_id, p.commune_code
FROM land.withheld_id AS w
JOIN land.parcel AS p ON p.province_code = w.province_code AND p.parcel_uid = w.parcel_uid
WHERE w.province_code = {province}
