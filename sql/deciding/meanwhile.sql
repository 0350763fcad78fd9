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
    {registered}
) AS x
GROUP BY m.event_id, m.parent_uid, m.since_day, x.record, m.recorded_at, m.late_row, m.valid_from, m.run_id
ORDER BY m.event_id, m.parent_uid, m.recorded_at, m.late_row, x.record, m.run_id
