-- Parcels that have waited for their national id since before a moment: whom each waits for, and the event between provinces that says
-- that the one is the other, if there is one. Without a holder the id is free. How both are called is asked of those that are found.
SELECT w.national_id, w.withheld_since, w.province_code, w.parcel_uid::text AS parcel_uid,
       claim.province_code AS holder_province_code, claim.parcel_uid::text AS holder_uid,
       passing.event_id::text AS event_id, passing.state AS event_state
FROM land.withheld_id AS w
LEFT JOIN land.national_id_claim AS claim ON claim.national_id = w.national_id AND claim.parcel_uid IS NOT NULL
LEFT JOIN LATERAL (
    SELECT e.event_id, e.state
    FROM land.lineage_edge AS l
    JOIN analyst.lineage_event AS e ON e.event_id = l.event_id AND e.from_province_code IS NOT NULL
    WHERE l.parent_uid = claim.parcel_uid AND l.child_uid = w.parcel_uid
    ORDER BY e.recorded_at DESC
    LIMIT 1
) AS passing ON true
WHERE w.withheld_since < %(before)s
  AND (%(province)s::text IS NULL OR %(province)s IN (w.province_code, claim.province_code))
ORDER BY w.withheld_since, w.province_code, w.national_id
