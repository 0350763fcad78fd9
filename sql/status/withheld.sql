-- National ids that parcels of a province wait for, by the province that holds them; empty: they are free by now.
SELECT w.province_code, claim.province_code AS holder_province_code, count(*)::integer AS ids, min(w.withheld_since) AS withheld_since
FROM land.withheld_id AS w
LEFT JOIN land.national_id_claim AS claim ON claim.national_id = w.national_id AND claim.parcel_uid IS NOT NULL
WHERE %(province)s::text IS NULL OR %(province)s IN (w.province_code, claim.province_code)
GROUP BY w.province_code, claim.province_code
ORDER BY w.province_code, claim.province_code NULLS LAST
