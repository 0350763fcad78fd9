-- Where land came from and what became of it. An event's state is that of the last decision about it.
CREATE OR REPLACE VIEW analyst.lineage_event AS
SELECT e.event_id, e.province_code, e.commune_code, e.kind,
       coalesce(d.state, e.state) AS state, coalesce(d.legal_date, e.legal_date) AS legal_date, e.recorded_at,
       CASE WHEN coalesce(d.state, e.state) IN ('confirmed', 'refused') THEN coalesce(d.recorded_at, e.recorded_at) END AS decided_at,
       e.evidence, e.policy, e.run_id, d.document, d.role AS decided_role, e.from_province_code
FROM land.lineage_event AS e
LEFT JOIN LATERAL (
    SELECT x.state, x.legal_date, x.recorded_at, x.document, x.role
    FROM land.lineage_event AS x
    WHERE x.decides = e.event_id
    ORDER BY x.recorded_at DESC
    LIMIT 1
) AS d ON true
WHERE e.decides IS NULL;

-- An edge with both of its sides named as they were called in that version. The side of before is of another province where the event
-- says from which one the land came.
CREATE OR REPLACE VIEW analyst.parcel_lineage AS
SELECT l.event_id, l.province_code, e.kind, e.state, e.legal_date, e.recorded_at, e.decided_at,
       l.parent_uid, l.parent_recorded_from,
       parent.commune_code AS parent_commune_code, parent.sheet_no AS parent_sheet_no, parent.parcel_no AS parent_parcel_no,
       parent.national_id AS parent_national_id, parent.area_m2 AS parent_area_m2,
       l.child_uid, l.child_recorded_from,
       child.commune_code AS child_commune_code, child.sheet_no AS child_sheet_no, child.parcel_no AS child_parcel_no,
       child.national_id AS child_national_id, child.area_m2 AS child_area_m2,
       l.share_of_parent, l.share_of_child, l.area_m2, e.evidence, e.run_id, e.from_province_code
FROM land.lineage_edge AS l
JOIN analyst.lineage_event AS e ON e.event_id = l.event_id
LEFT JOIN LATERAL (
    SELECT p.commune_code, p.sheet_no, p.parcel_no, p.national_id, p.area_m2
    FROM land.parcel AS p
    WHERE p.province_code = coalesce(e.from_province_code, l.province_code)
      AND p.parcel_uid = l.parent_uid AND p.recorded_from = l.parent_recorded_from
    UNION ALL
    SELECT v.commune_code, v.sheet_no, v.parcel_no, v.national_id, v.area_m2
    FROM land.parcel_version AS v
    WHERE v.province_code = coalesce(e.from_province_code, l.province_code)
      AND v.parcel_uid = l.parent_uid AND v.recorded_from = l.parent_recorded_from AND v.late_row = 0
    LIMIT 1
) AS parent ON true
LEFT JOIN LATERAL (
    SELECT p.commune_code, p.sheet_no, p.parcel_no, p.national_id, p.area_m2
    FROM land.parcel AS p
    WHERE p.province_code = l.province_code AND p.parcel_uid = l.child_uid AND p.recorded_from = l.child_recorded_from
    UNION ALL
    SELECT v.commune_code, v.sheet_no, v.parcel_no, v.national_id, v.area_m2
    FROM land.parcel_version AS v
    WHERE v.province_code = l.province_code AND v.parcel_uid = l.child_uid AND v.recorded_from = l.child_recorded_from
      AND v.late_row = 0
    LIMIT 1
) AS child ON true;

-- Every edge by which land came to a parcel, and every one by which it went on, from event to event. Only backwards, or only
-- forwards, in recorded time: so neighbours that exchanged strips are no circle. What was refused leads nowhere. The views are
-- asked, for whoever calls may read nothing else; each step by the index of one side.
CREATE OR REPLACE FUNCTION analyst.parcel_ancestors(wanted uuid) RETURNS SETOF analyst.parcel_lineage
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE line AS (
        SELECT v.* FROM analyst.parcel_lineage AS v WHERE v.child_uid = $1 AND v.state <> 'refused'
        UNION
        SELECT before.*
        FROM line
        CROSS JOIN LATERAL (
            SELECT v.*
            FROM analyst.parcel_lineage AS v
            WHERE v.child_uid = line.parent_uid AND v.state <> 'refused' AND v.recorded_at < line.recorded_at
            OFFSET 0
        ) AS before
    )
    SELECT line.* FROM line;
END;

CREATE OR REPLACE FUNCTION analyst.parcel_descendants(wanted uuid) RETURNS SETOF analyst.parcel_lineage
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE line AS (
        SELECT v.* FROM analyst.parcel_lineage AS v WHERE v.parent_uid = $1 AND v.state <> 'refused'
        UNION
        SELECT after.*
        FROM line
        CROSS JOIN LATERAL (
            SELECT v.*
            FROM analyst.parcel_lineage AS v
            WHERE v.parent_uid = line.child_uid AND v.state <> 'refused' AND v.recorded_at > line.recorded_at
            OFFSET 0
        ) AS after
    )
    SELECT line.* FROM line;
END;

-- When something was registered on a parcel of before between the legal date of an event (until a person confirms one, the day on which
-- the source ended the parcel) and the moment at which it ended or was drawn anew here (where it still lives: the decision): recorded
-- meanwhile, or valid from a day of that time. How the parcel was first delivered is no registration. Whether its users or certificates
-- changed then, only those see who may see these. `province_code` is that of the parcel of before.
CREATE OR REPLACE VIEW analyst.lineage_meanwhile AS
SELECT e.event_id, l.before_code AS province_code, l.parent_uid, span.day AS since_day, m.recorded_at, m.late_row, m.valid_from, m.itself, m.run_id
FROM analyst.lineage_event AS e
CROSS JOIN LATERAL (
    SELECT x.event_id, x.parent_uid, x.parent_recorded_from, x.child_uid,
           coalesce(e.from_province_code, x.province_code) AS before_code
    FROM land.lineage_edge AS x
    WHERE x.event_id = e.event_id
) AS l
LEFT JOIN land.parcel_version AS before
       ON before.province_code = l.before_code AND before.parcel_uid = l.parent_uid
      AND before.recorded_from = l.parent_recorded_from AND before.late_row = 0
CROSS JOIN LATERAL (
    SELECT x.day, x.day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' AS since, x.until,
           (x.until AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS told_on
    FROM (VALUES (coalesce(e.legal_date, CASE WHEN before.closed_because = 'ended' THEN before.valid_to END),
                  coalesce(before.recorded_to, e.decided_at))) AS x (day, until)
) AS span
CROSS JOIN LATERAL (
    WITH told AS (
        SELECT p.recorded_from, 0::bigint AS late_row, p.valid_from, p.observed_at, true AS itself, p.run_id
        FROM land.parcel AS p
        WHERE p.province_code = l.before_code AND p.parcel_uid = l.parent_uid
        UNION ALL
        SELECT v.recorded_from, v.late_row, v.valid_from, v.observed_at, v.closed_because <> 'late_told', v.run_id
        FROM land.parcel_version AS v
        WHERE v.province_code = l.before_code AND v.parcel_uid = l.parent_uid AND v.closed_because <> 'late_end'
        UNION ALL
        SELECT t.recorded_from, 0, t.valid_from, t.observed_at, false, t.run_id
        FROM land.parcel_told AS t
        WHERE t.province_code = l.before_code AND t.parcel_uid = l.parent_uid
    )
    SELECT t.recorded_from AS recorded_at, t.late_row, t.valid_from, t.itself, t.run_id
    FROM told AS t
    WHERE CASE WHEN t.late_row > 0
               THEN t.valid_from BETWEEN span.day AND span.told_on OR (t.observed_at >= span.since AND t.observed_at < span.until)
               ELSE t.recorded_from < span.until
                    AND t.recorded_from > (SELECT min(x.recorded_from) FROM told AS x WHERE x.late_row = 0)
                    AND (t.recorded_from >= span.since OR t.valid_from >= span.day) END
) AS m
WHERE e.state <> 'refused'
  AND span.day IS NOT NULL
  AND NOT EXISTS (SELECT FROM land.lineage_edge AS o
                  WHERE o.event_id = l.event_id AND o.parent_uid = l.parent_uid AND o.child_uid < l.child_uid);

-- The same for the staff of one province. What passed between two provinces both see, with the handles and the area of both sides; what was
-- registered meanwhile on a parcel, its own province.
CREATE OR REPLACE VIEW province.lineage_event WITH (security_barrier) AS
SELECT v.* FROM analyst.lineage_event AS v WHERE (SELECT province.own_province()) IN (v.province_code, v.from_province_code);

CREATE OR REPLACE VIEW province.parcel_lineage WITH (security_barrier) AS
SELECT v.* FROM analyst.parcel_lineage AS v WHERE (SELECT province.own_province()) IN (v.province_code, v.from_province_code);

CREATE OR REPLACE VIEW province.lineage_meanwhile WITH (security_barrier) AS
SELECT v.* FROM analyst.lineage_meanwhile AS v WHERE v.province_code = (SELECT province.own_province());

CREATE OR REPLACE FUNCTION province.parcel_ancestors(wanted uuid) RETURNS SETOF province.parcel_lineage
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE line AS (
        SELECT v.* FROM province.parcel_lineage AS v WHERE v.child_uid = $1 AND v.state <> 'refused'
        UNION
        SELECT before.*
        FROM line
        CROSS JOIN LATERAL (
            SELECT v.*
            FROM province.parcel_lineage AS v
            WHERE v.child_uid = line.parent_uid AND v.state <> 'refused' AND v.recorded_at < line.recorded_at
            OFFSET 0
        ) AS before
    )
    SELECT line.* FROM line;
END;

CREATE OR REPLACE FUNCTION province.parcel_descendants(wanted uuid) RETURNS SETOF province.parcel_lineage
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH RECURSIVE line AS (
        SELECT v.* FROM province.parcel_lineage AS v WHERE v.parent_uid = $1 AND v.state <> 'refused'
        UNION
        SELECT after.*
        FROM line
        CROSS JOIN LATERAL (
            SELECT v.*
            FROM province.parcel_lineage AS v
            WHERE v.parent_uid = line.child_uid AND v.state <> 'refused' AND v.recorded_at > line.recorded_at
            OFFSET 0
        ) AS after
    )
    SELECT line.* FROM line;
END;
