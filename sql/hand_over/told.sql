-- Events between provinces that this run proposed; and all of this province that nobody has decided, whichever side's run proposed them.
WITH mine AS (
    SELECT e.event_id, e.run_id FROM land.lineage_event AS e WHERE e.province_code = %(province)s AND e.from_province_code IS NOT NULL
    UNION ALL
    SELECT e.event_id, e.run_id FROM land.lineage_event AS e WHERE e.from_province_code = %(province)s
)
SELECT count(*) FILTER (WHERE m.run_id = %(run_id)s)::integer AS hand_over_proposed,
       count(*) FILTER (WHERE NOT EXISTS (SELECT FROM land.lineage_event AS d
                                          WHERE d.decides = m.event_id AND d.state IN ('confirmed', 'refused')))::integer AS hand_over_undecided
FROM mine AS m
