-- From which parcels the land of these came, and to which it went, the last event first: what it kept itself left out.
SELECT e.parcel_uid, e.event_id::text AS event_id, e.kind, e.state, e.legal_date, e.recorded_at, e.direction, e.parcels,
       d.decided_by, d.role, d.document, d.reason, d.recorded_at AS decided_at
FROM (
    SELECT l.child_uid::text AS parcel_uid, l.event_id, l.kind, l.state, l.legal_date, l.recorded_at, 'from' AS direction,
           array_agg(concat_ws('/', l.parent_commune_code, l.parent_sheet_no, l.parent_parcel_no)
                     ORDER BY l.share_of_child DESC, l.parent_uid) AS parcels
    FROM analyst.parcel_lineage AS l
    WHERE l.child_uid = ANY (%(uids)s::uuid[]) AND l.parent_uid <> l.child_uid
      AND l.state <> 'refused'
    GROUP BY l.child_uid, l.event_id, l.kind, l.state, l.legal_date, l.recorded_at
    UNION ALL
    SELECT l.parent_uid::text, l.event_id, l.kind, l.state, l.legal_date, l.recorded_at, 'to',
           array_agg(concat_ws('/', l.child_commune_code, l.child_sheet_no, l.child_parcel_no)
                     ORDER BY l.share_of_parent DESC, l.child_uid)
    FROM analyst.parcel_lineage AS l
    WHERE l.parent_uid = ANY (%(uids)s::uuid[]) AND l.parent_uid <> l.child_uid
      AND l.state <> 'refused'
    GROUP BY l.parent_uid, l.event_id, l.kind, l.state, l.legal_date, l.recorded_at
) AS e
LEFT JOIN LATERAL (
    SELECT x.decided_by, x.role, x.document, x.reason, x.recorded_at
    FROM land.lineage_event AS x
    WHERE x.decides = e.event_id
    ORDER BY x.recorded_at DESC
    LIMIT 1
) AS d ON true
ORDER BY e.parcel_uid, e.recorded_at DESC, e.direction
