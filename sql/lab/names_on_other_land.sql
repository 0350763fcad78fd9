-- Versions of a parcel whose land does not meet that of the version before it, and of which no lineage event says why.
-- None, if no permanent name ever passes to other land in silence.
SELECT v.parcel_uid, v.recorded_from
FROM (
    SELECT h.parcel_uid, h.recorded_from, h.geom,
           lag(h.geom) OVER (PARTITION BY h.province_code, h.parcel_uid ORDER BY h.recorded_from) AS geom_before
    FROM analyst.parcel_history AS h
    WHERE h.late_row = 0
) AS v
WHERE NOT public.ST_Intersects(v.geom, v.geom_before)
  AND NOT EXISTS (
      SELECT FROM land.lineage_edge AS l
      JOIN analyst.lineage_event AS e ON e.event_id = l.event_id AND e.state = 'confirmed'
      WHERE l.child_uid = v.parcel_uid AND l.child_recorded_from = v.recorded_from
  )
