-- What these parcels have to do with ids that two provinces use: each that waits for its id, and each that holds the one another waits for.
SELECT x.parcel_uid, x.waits, w.national_id, w.withheld_since, other.province_code AS other_province_code,
       other.commune_code || '/' || coalesce(other.sheet_no || '/' || other.parcel_no, other.source_key, other.parcel_uid::text) AS other
FROM (
    SELECT w.parcel_uid::text AS parcel_uid, true AS waits, w.province_code, w.parcel_uid AS waiting_uid,
           claim.province_code AS other_code, claim.parcel_uid AS other_uid
    FROM land.withheld_id AS w
    LEFT JOIN land.national_id_claim AS claim ON claim.national_id = w.national_id AND claim.parcel_uid IS NOT NULL
    WHERE w.province_code = ANY (%(provinces)s) AND w.parcel_uid = ANY (%(uids)s::uuid[])
    UNION ALL
    SELECT claim.parcel_uid::text, false, w.province_code, w.parcel_uid, w.province_code, w.parcel_uid
    FROM land.parcel AS p
    JOIN land.national_id_claim AS claim ON claim.national_id = p.national_id AND claim.parcel_uid = p.parcel_uid
    JOIN land.withheld_id AS w ON w.national_id = claim.national_id
    WHERE p.province_code = ANY (%(provinces)s) AND p.parcel_uid = ANY (%(uids)s::uuid[])
) AS x
JOIN land.withheld_id AS w ON w.province_code = x.province_code AND w.parcel_uid = x.waiting_uid
LEFT JOIN land.parcel AS other ON other.province_code = x.other_code AND other.parcel_uid = x.other_uid
ORDER BY x.parcel_uid, w.withheld_since, w.national_id
