-- Events of land as they stand by the last decision, the newest first, with the parcels of both sides.
SELECT e.event_id::text AS event_id, e.province_code, e.from_province_code, e.commune_code, e.kind, e.state, e.legal_date, e.recorded_at, e.decided_at,
       e.document, e.decided_role, e.evidence, e.run_id,
       coalesce(side.parents, '{}') AS parents, coalesce(side.children, '{}') AS children
FROM (
    SELECT v.*
    FROM analyst.lineage_event AS v
    WHERE (%(ids)s::uuid[] IS NULL OR v.event_id = ANY (%(ids)s::uuid[]))
      AND (%(province)s::text IS NULL OR %(province)s IN (v.province_code, v.from_province_code))
      AND (%(commune)s::text IS NULL OR v.commune_code = %(commune)s)
      AND v.state = ANY (%(states)s::text[])
    ORDER BY v.recorded_at DESC, v.commune_code, v.event_id
    LIMIT %(limit)s
) AS e
LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT concat_ws('/', l.parent_commune_code, l.parent_sheet_no, l.parent_parcel_no)) AS parents,
           array_agg(DISTINCT concat_ws('/', l.child_commune_code, l.child_sheet_no, l.child_parcel_no)) AS children
    FROM analyst.parcel_lineage AS l
    WHERE l.event_id = e.event_id
) AS side ON true
ORDER BY e.recorded_at DESC, e.commune_code, e.event_id
