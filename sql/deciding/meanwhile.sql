-- What was registered on the parcels of before of these events since their legal dates, until we were told: which record and when, not what
-- it says, for that may be personal.
WITH moment AS MATERIALIZED (
    SELECT m.event_id, m.province_code, m.parent_uid, m.since_day, m.recorded_at, m.late_row, m.valid_from, m.itself, m.run_id
    FROM analyst.lineage_meanwhile AS m
    WHERE m.event_id = ANY (%(ids)s::uuid[])
)
SELECT m.event_id::text AS event_id, m.parent_uid::text AS parent_uid, m.since_day, x.record, m.recorded_at, m.valid_from,
       count(DISTINCT x.item_no) AS items, m.run_id
FROM moment AS m
CROSS JOIN LATERAL (
    SELECT 'parcel' AS record, 1 AS item_no
    WHERE m.itself
    UNION ALL
    SELECT 'land_use', i.item_no
    FROM land.land_use_part AS i
    WHERE i.province_code = m.province_code AND i.parcel_uid = m.parent_uid AND i.recorded_from = m.recorded_at AND m.late_row = 0
    UNION ALL
    SELECT 'land_use', i.item_no
    FROM land.land_use_part_version AS i
    WHERE i.province_code = m.province_code AND i.parcel_uid = m.parent_uid AND i.late_row = m.late_row
      AND m.recorded_at IN (i.recorded_from, i.recorded_to)
    UNION ALL
    SELECT 'land_user', i.item_no
    FROM land_private.land_user AS i
    WHERE i.province_code = m.province_code AND i.parcel_uid = m.parent_uid AND i.recorded_from = m.recorded_at AND m.late_row = 0
    UNION ALL
    SELECT 'land_user', i.item_no
    FROM land_private.land_user_version AS i
    WHERE i.province_code = m.province_code AND i.parcel_uid = m.parent_uid AND i.late_row = m.late_row
      AND m.recorded_at IN (i.recorded_from, i.recorded_to)
    UNION ALL
    SELECT 'certificate', i.item_no
    FROM land_private.certificate AS i
    WHERE i.province_code = m.province_code AND i.parcel_uid = m.parent_uid AND i.recorded_from = m.recorded_at AND m.late_row = 0
    UNION ALL
    SELECT 'certificate', i.item_no
    FROM land_private.certificate_version AS i
    WHERE i.province_code = m.province_code AND i.parcel_uid = m.parent_uid AND i.late_row = m.late_row
      AND m.recorded_at IN (i.recorded_from, i.recorded_to)
) AS x
GROUP BY m.event_id, m.parent_uid, m.since_day, x.record, m.recorded_at, m.late_row, m.valid_from, m.run_id
ORDER BY m.event_id, m.parent_uid, m.recorded_at, m.late_row, x.record, m.run_id
