-- What would end because its own row says so.
-- Such a row is filed under the commune that its parcel lives in, whatever commune it was delivered for.
INSERT INTO merge_ending (parcel_uid, commune_code, area_m2, by_row)
SELECT p.parcel_uid, p.commune_code, p.area_m2, true
FROM merge_row AS m
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
WHERE m.status = 'end'
