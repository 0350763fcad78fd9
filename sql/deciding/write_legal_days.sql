-- What these events say of days, by all that was decided about them: so a further decision also ends what was known by the one before.
INSERT INTO land.legal_day (
    event_id, province_code, parcel_uid, nature, version_from, legal_date, stands_at, stands_side, known_from, known_to)
WITH decision AS (
    SELECT d.decides AS event_id, d.legal_date, d.recorded_at AS known_from, coalesce(next.recorded_at, 'infinity') AS known_to,
           e.evidence ->> 'from' = 'overlap' AS seen, e.from_province_code
    FROM land.lineage_event AS d
    JOIN land.lineage_event AS e ON e.event_id = d.decides
    LEFT JOIN land.lineage_event AS next ON next.decides = d.decides AND next.decision_no = d.decision_no + 1
    WHERE d.state = 'confirmed'
      AND d.legal_date IS NOT NULL
      AND d.decides = ANY (%(ids)s::uuid[])
), edge AS (
    SELECT d.event_id, d.legal_date, d.known_from, d.known_to, d.seen,
           l.province_code, coalesce(d.from_province_code, l.province_code) AS before_code, l.parent_uid, l.parent_recorded_from,
           l.child_uid, l.child_recorded_from, v.closed_because = 'ended' AS ended, v.recorded_to
    FROM decision AS d
    JOIN land.lineage_edge AS l ON l.event_id = d.event_id
    LEFT JOIN land.parcel_version AS v
           ON v.province_code = coalesce(d.from_province_code, l.province_code) AND v.parcel_uid = l.parent_uid AND v.recorded_from = l.parent_recorded_from
          AND v.late_row = 0
)
-- After its end; else before the version that follows; of one that still lives, after what was told of it until now.
SELECT DISTINCT ON (e.event_id, e.known_from, e.parent_uid)
       e.event_id, e.before_code, e.parent_uid, CASE WHEN e.ended THEN 'ended' ELSE 'redrawn' END, e.parent_recorded_from,
       e.legal_date, coalesce(e.recorded_to, e.known_from),
       (CASE WHEN e.ended THEN 0 WHEN e.recorded_to IS NULL THEN 1 ELSE -1 END)::smallint, e.known_from, e.known_to
FROM edge AS e
UNION ALL
SELECT DISTINCT ON (e.event_id, e.known_from, e.child_uid)
       e.event_id, e.province_code, e.child_uid, 'began', e.child_recorded_from, e.legal_date, e.child_recorded_from, -1::smallint,
       e.known_from, e.known_to
FROM edge AS e
WHERE e.seen
  AND NOT EXISTS (SELECT FROM edge AS o WHERE o.event_id = e.event_id AND o.parent_uid = e.child_uid)
UNION ALL
SELECT DISTINCT ON (e.event_id, e.known_from, e.child_uid)
       e.event_id, e.province_code, e.child_uid, 'not_begun', e.child_recorded_from, e.legal_date, e.child_recorded_from, 0::smallint,
       e.known_from, e.known_to
FROM edge AS e
WHERE e.seen
UNION ALL
SELECT DISTINCT ON (e.event_id, e.known_from, e.parent_uid)
       e.event_id, e.before_code, e.parent_uid, 'not_ended', e.parent_recorded_from, e.legal_date, e.recorded_to, 0::smallint,
       e.known_from, e.known_to
FROM edge AS e
WHERE e.seen AND e.ended
ON CONFLICT (event_id, known_from, nature, parcel_uid, version_from) DO UPDATE SET known_to = excluded.known_to
