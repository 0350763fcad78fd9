-- What a person let pass, or a new survey explains, is an event of its commune: names that changed, land that was corrected.
-- One for all of its parcels. Edges only where a parcel's land is elsewhere now: there the event alone says why it has that land.
-- Roads and water that were drawn in another place, which nobody is asked about, are an event of their own. What had ended and comes
-- back elsewhere is held against its last version.
-- Who said it: who approved the hold that told a reading, in the reading in which it was applied; also where the
-- commune was held again since. Of a person the last yes counts.
WITH RECURSIVE line AS (
    SELECT r.parent_run_id, r.communes, r.stated_at, r.reading, 1 AS step
    FROM ledger.run AS r
    WHERE r.run_id = %(run_id)s
    UNION ALL
    SELECT r.parent_run_id, r.communes, r.stated_at, r.reading, l.step + 1
    FROM line AS l
    JOIN ledger.run AS r ON r.run_id = l.parent_run_id
), said AS (
    SELECT DISTINCT ON (h.commune_code) h.commune_code, l.parent_run_id, yes.actor, yes.reason
    FROM line AS l
    JOIN ledger.hold AS h ON h.run_id = l.parent_run_id AND h.commune_code = ANY (l.communes)
    CROSS JOIN LATERAL (
        SELECT string_agg(DISTINCT a.actor, ', ') AS actor, (array_agg(a.reason ORDER BY a.decided_at DESC))[1] AS reason
        FROM ledger.approval AS a
        WHERE a.run_id = l.parent_run_id
          AND a.decision = 'approve'
          AND h.commune_code = ANY (a.communes)
          AND a.stated_at IS NOT DISTINCT FROM l.stated_at
          AND land.read_as(a.reading, h.reasons) = land.read_as(l.reading, h.reasons)
          AND NOT EXISTS (SELECT FROM ledger.approval AS later
                          WHERE later.run_id = a.run_id AND later.actor = a.actor AND later.decision = 'approve'
                            AND later.approval_id > a.approval_id AND h.commune_code = ANY (later.communes))
    ) AS yes
    WHERE land.read_as(NULL, h.reasons) IS NOT NULL
    ORDER BY h.commune_code, l.step
), back AS (
    SELECT r.parcel_uid, r.commune_code, was.recorded_from, common.area < %(apart_share)s * least(ST_Area(was.geom), ST_Area(s.geom)) AS apart,
           land.both_uses_in(was.land_use, s.land_use, %(crossing)s::text[]) AS crossing,
           least(1, common.area / ST_Area(was.geom)) AS share_of_parent, least(1, common.area / ST_Area(s.geom)) AS share_of_child,
           s.area_m2
    FROM merge_result AS r
    JOIN merge_row AS m ON m.row_no = r.row_no AND m.source_uid = r.parcel_uid
    JOIN {parcel} AS s ON s.row_no = r.row_no
    CROSS JOIN LATERAL (
        SELECT v.recorded_from, v.geom, v.land_use
        FROM land.parcel_version AS v
        WHERE v.province_code = %(province)s AND v.parcel_uid = r.parcel_uid AND v.late_row = 0
        ORDER BY v.recorded_from DESC
        LIMIT 1
    ) AS was
    CROSS JOIN LATERAL (
        SELECT CASE WHEN was.geom && s.geom THEN ST_Area(ST_Intersection(was.geom, s.geom)) ELSE 0 END AS area OFFSET 0
    ) AS common
    WHERE r.is_new
      AND was.geom IS NOT NULL
      AND s.geom IS NOT NULL
), elsewhere AS (
    SELECT d.parcel_uid, d.commune_code, d.recorded_from, d.share_of_parent, d.share_of_child, d.area_m2,
           CASE WHEN d.commune_code = ANY (%(moved)s::text[]) THEN 'correction' ELSE 'resurvey' END AS kind,
           CASE WHEN d.commune_code = ANY (%(moved)s::text[]) THEN 'approval'
                WHEN d.crossing THEN 'land use' ELSE 'common shift' END AS because
    FROM (
        SELECT x.parcel_uid, x.commune_code, x.recorded_from, x.apart, x.crossing, x.share_of_parent, x.share_of_child, x.area_m2
        FROM merge_redrawn AS x
        UNION ALL
        SELECT b.parcel_uid, b.commune_code, b.recorded_from, b.apart, b.crossing, b.share_of_parent, b.share_of_child, b.area_m2
        FROM back AS b
    ) AS d
    WHERE d.apart
      AND NOT EXISTS (SELECT FROM land.lineage_event AS e
                      JOIN land.lineage_edge AS l ON l.event_id = e.event_id
                      WHERE e.run_id = %(run_id)s AND e.kind = 'exchange' AND l.child_uid = d.parcel_uid)
), set_of AS MATERIALIZED (
    SELECT gen_random_uuid() AS event_id, x.commune_code, x.kind, x.because, x.parcels
    FROM (
        SELECT l.commune_code, l.kind, l.because, count(*) AS parcels
        FROM elsewhere AS l
        GROUP BY l.commune_code, l.kind, l.because
        UNION ALL
        SELECT r.commune_code, 'rekey', 'approval', count(*)
        FROM merge_result AS r
        JOIN (
            SELECT b.row_no, b.parcel_uid, true AS known FROM merge_by_land AS b
            UNION ALL
            SELECT l.row_no, l.parcel_uid, false FROM merge_land AS l WHERE NOT l.ended AND l.shared < %(apart_share)s
        ) AS named ON named.row_no = r.row_no AND (named.parcel_uid = r.parcel_uid) = named.known AND (named.known OR r.is_new)
        WHERE r.commune_code = ANY (%(rekeyed)s::text[])
        GROUP BY r.commune_code
    ) AS x
), event AS (
    INSERT INTO land.lineage_event (
        event_id, province_code, commune_code, kind, state, legal_date, evidence, decided_by, policy, recorded_at, run_id)
    SELECT s.event_id, %(province)s, s.commune_code, s.kind, 'confirmed', NULL,
           jsonb_build_object('from', s.because, 'parcels', s.parcels,
                              'reason', said.reason, 'held_by_run', said.parent_run_id),
           CASE WHEN s.kind = 'resurvey' THEN %(policy)s
                ELSE coalesce(said.actor, (SELECT own.actor FROM ledger.run AS own WHERE own.run_id = %(run_id)s)) END,
           %(policy)s, %(now)s, %(run_id)s
    FROM set_of AS s
    LEFT JOIN said ON said.commune_code = s.commune_code AND s.kind <> 'resurvey'
)
INSERT INTO land.lineage_edge (
    event_id, province_code, parent_uid, parent_recorded_from, child_uid, child_recorded_from, share_of_parent, share_of_child,
    area_m2)
SELECT s.event_id, %(province)s, l.parcel_uid, l.recorded_from, l.parcel_uid, %(now)s, l.share_of_parent, l.share_of_child,
       l.share_of_child * l.area_m2
FROM elsewhere AS l
JOIN set_of AS s ON s.commune_code = l.commune_code AND s.because = l.because AND s.kind = l.kind
