-- What people read: schema `analyst` for everybody who may see the nation, schema `province` for one province's own
-- rows. No personal data in either. Views run with the owner's rights, so their readers need none on the tables.
-- Columns are only ever added at the end: CREATE OR REPLACE keeps the views that others have built on these. Every public
-- column of the parcel is shown; those that joined later are filled in where it says {…_later} (sync/db/columns.py).

-- One row per key whatever the history, so that the planner drops these joins where nobody asks for the names.
CREATE OR REPLACE VIEW land.province_now AS
SELECT DISTINCT ON (p.province_code) p.province_code, p.name, p.full_name, p.kind
FROM land.province AS p
WHERE p.valid_from <= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
  AND (p.valid_to IS NULL OR p.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
ORDER BY p.province_code, p.valid_from DESC;

CREATE OR REPLACE VIEW land.commune_now AS
SELECT DISTINCT ON (c.commune_code)
       c.commune_code, c.valid_from, c.province_code, c.name, c.kind, c.lon, c.lat, c.area_km2
FROM land.commune AS c
WHERE c.valid_from <= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
  AND (c.valid_to IS NULL OR c.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
ORDER BY c.commune_code, c.valid_from DESC;

CREATE OR REPLACE VIEW land.land_use_name AS
SELECT DISTINCT ON (u.land_use_code) u.land_use_code, u.name_vi, u.name_en, u.land_group, u.status
FROM land.land_use_code AS u
ORDER BY u.land_use_code, u.valid_from DESC NULLS LAST;

-- VN-2000 to WGS 84 by the pinned parameters, and a WGS 84 window into VN-2000 to filter `geom` with.
CREATE OR REPLACE FUNCTION analyst.to_wgs84(shape public.geometry) RETURNS public.geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN public.ST_Transform(public.ST_SetSRID(shape, 904756), 4326);

CREATE OR REPLACE FUNCTION analyst.to_vn2000(shape public.geometry) RETURNS public.geometry
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN public.ST_SetSRID(public.ST_Transform(shape, 904756), 4756);

-- The first day on which a state can have held: none before what the source says of it or of its parcel. And the day from which
-- it is known to have begun: its first day where the source dates states, else at the latest when the source was known to have it.
CREATE OR REPLACE FUNCTION analyst.first_day(valid_from date, established_on date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(greatest(valid_from, established_on), '-infinity');

CREATE OR REPLACE FUNCTION analyst.known_day(valid_from date, established_on date, means text, observed_at timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN greatest(valid_from, established_on,
                CASE WHEN means = 'state' AND valid_from IS NOT NULL THEN valid_from
                     ELSE (observed_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date END);

CREATE OR REPLACE VIEW analyst.parcel AS
SELECT p.parcel_uid, p.national_id,
       p.province_code, province.name AS province_name,
       p.commune_code, commune.name AS commune_name, p.commune_valid_from,
       p.sheet_no, p.parcel_no, p.map_scale, p.map_set,
       p.land_use, p.area_m2, p.area_legal_m2, p.address, p.surveyed_on,
       p.valid_from, p.valid_to, p.recorded_from, p.stale_since,
       p.source_system, p.source_key, p.source_version, p.source_srid, p.run_id,
       p.geom,
       analyst.to_wgs84(p.geom)::public.geometry(MultiPolygon, 4326) AS geom_wgs84, p.valid_from_means{p_later}
FROM land.parcel AS p
LEFT JOIN land.commune AS commune
       ON commune.commune_code = p.commune_code AND commune.valid_from = p.commune_valid_from
LEFT JOIN land.province_now AS province ON province.province_code = p.province_code;

CREATE OR REPLACE VIEW analyst.parcel_history AS
SELECT p.parcel_uid, p.national_id,
       p.province_code, province.name AS province_name,
       p.commune_code, commune.name AS commune_name, p.commune_valid_from,
       p.sheet_no, p.parcel_no, p.map_scale, p.map_set,
       p.land_use, p.area_m2, p.area_legal_m2, p.address, p.surveyed_on,
       p.valid_from, p.valid_to, p.recorded_from, p.recorded_to, p.closed_because, p.stale_since,
       p.source_system, p.source_key, p.source_version, p.source_srid, p.run_id,
       p.geom,
       analyst.to_wgs84(p.geom)::public.geometry(MultiPolygon, 4326) AS geom_wgs84,
       -- One column that names a version, for programs that need one: the parcel, and when it was recorded in microseconds;
       -- of versions that came late in one run, also the row.
       p.parcel_uid || '/' || (extract(epoch FROM p.recorded_from) * 1000000)::bigint
       || CASE WHEN p.late_row > 0 THEN '/' || p.late_row ELSE '' END AS version_key,
       p.valid_from_means, p.observed_at, p.observed_until, true AS state_known,
       p.stands_at, p.stands_side, p.source_order, p.late_row,
       analyst.first_day(p.valid_from, p.established_on) AS first_day,
       analyst.known_day(p.valid_from, p.established_on, p.valid_from_means, p.observed_at) AS known_day{p_later}
FROM (
    SELECT c.parcel_uid, c.national_id, c.province_code, c.commune_code, c.commune_valid_from, c.sheet_no, c.parcel_no,
           c.map_scale, c.map_set, c.land_use, c.area_m2, c.area_legal_m2, c.address, c.surveyed_on, c.valid_from,
           c.valid_to, c.recorded_from, c.recorded_to, NULL::text AS closed_because, c.stale_since, c.source_system,
           c.source_key, c.source_version, c.source_srid, c.run_id, c.geom, c.valid_from_means,
           coalesce(c.observed_at, c.recorded_from) AS observed_at, NULL::timestamptz AS observed_until,
           c.recorded_from AS stands_at, 0::smallint AS stands_side, c.source_order, 0::bigint AS late_row{c_later}
    FROM land.parcel AS c
    UNION ALL
    SELECT v.parcel_uid, v.national_id, v.province_code, v.commune_code, v.commune_valid_from, v.sheet_no, v.parcel_no,
           v.map_scale, v.map_set, v.land_use, v.area_m2, v.area_legal_m2, v.address, v.surveyed_on, v.valid_from,
           v.valid_to, v.recorded_from, v.recorded_to, v.closed_because, v.stale_since, v.source_system,
           v.source_key, v.source_version, v.source_srid, v.run_id, v.geom, v.valid_from_means,
           coalesce(v.observed_at, v.recorded_from), coalesce(v.observed_until, v.observed_at, v.recorded_from),
           coalesce(v.stands_at, v.recorded_from), v.stands_side, v.source_order, v.late_row{v_later}
    FROM land.parcel_version AS v
) AS p
LEFT JOIN land.commune AS commune
       ON commune.commune_code = p.commune_code AND commune.valid_from = p.commune_valid_from
LEFT JOIN land.province_now AS province ON province.province_code = p.province_code;

-- By what a parcel goes and went, and when: where a system gives its keys anew, or another system takes over, this alone says it. Also
-- an id that is withheld, and the key of a parcel that ended, which still names it.
CREATE OR REPLACE VIEW analyst.parcel_handle AS
SELECT a.parcel_uid, a.province_code, a.alias_kind AS kind, a.alias_value AS value, a.recorded_from, a.recorded_to
FROM land.parcel_alias AS a;

-- A parcel has many uses. `area_m2` is the delivered area of the use or, for a parcel of one use, the parcel's own.
CREATE OR REPLACE VIEW analyst.land_use AS
SELECT u.parcel_uid, p.national_id,
       u.province_code, province.name AS province_name,
       p.commune_code, commune.name AS commune_name,
       u.item_no, u.land_use_code, named.name_vi AS land_use_name_vi, named.name_en AS land_use_name_en,
       named.land_group, u.use_area_m2,
       coalesce(u.use_area_m2, CASE WHEN p.land_use = u.land_use_code THEN p.area_m2 END) AS area_m2,
       u.recorded_from
FROM land.land_use_part AS u
JOIN land.parcel AS p ON p.province_code = u.province_code AND p.parcel_uid = u.parcel_uid
LEFT JOIN land.land_use_name AS named ON named.land_use_code = u.land_use_code
LEFT JOIN land.commune AS commune
       ON commune.commune_code = p.commune_code AND commune.valid_from = p.commune_valid_from
LEFT JOIN land.province_now AS province ON province.province_code = u.province_code;

-- Where a parcel came from that was delivered with a commune code of before 1 July 2025: the last that was decided.
CREATE OR REPLACE VIEW analyst.parcel_conversion AS
SELECT DISTINCT ON (c.province_code, c.parcel_uid)
       c.parcel_uid, c.province_code, c.old_code, c.old_sheet_no, c.map_scale, c.new_code, c.new_sheet_no, c.decided_by,
       c.run_id, c.recorded_at
FROM land.parcel_conversion AS c
ORDER BY c.province_code, c.parcel_uid, c.recorded_at DESC;

-- The boundaries that count today: of each commune the last loaded of the last that has begun.
CREATE OR REPLACE VIEW analyst.commune_boundary AS
SELECT DISTINCT ON (b.commune_code)
       b.commune_code, commune.name AS commune_name, b.province_code, b.valid_from, b.loaded_at, b.source_name,
       b.source_sha256, b.geom
FROM land.commune_boundary AS b
LEFT JOIN land.commune_now AS commune ON commune.commune_code = b.commune_code
WHERE b.valid_from <= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
ORDER BY b.commune_code, b.valid_from DESC, b.loaded_at DESC;

-- What the land statistics expect of each commune that exists today: of each figure the newest, of these the last loaded.
CREATE OR REPLACE VIEW analyst.commune_expected AS
SELECT DISTINCT ON (e.commune_code, e.figure)
       e.commune_code, c.name AS commune_name, e.province_code, e.figure, e.amount, e.source, e.stated_on, e.old_communes,
       e.file_name, e.loaded_at
FROM land.commune_expected AS e
JOIN land.commune_now AS c ON c.commune_code = e.commune_code AND c.valid_from = e.commune_valid_from
ORDER BY e.commune_code, e.figure, e.stated_on DESC, e.loaded_at DESC;

-- Every commune that exists today, delivered or not, with the last accepted judgement of it. What lives there the merge has counted.
CREATE OR REPLACE VIEW analyst.commune_quality AS
SELECT c.province_code, province.name AS province_name,
       c.commune_code, c.name AS commune_name, c.kind AS commune_kind,
       d.run_id IS NOT NULL AS delivered,
       d.usability_group, d.provisional, d.reasons,
       (d.measures ->> 'dung')::numeric AS dung,
       (d.measures ->> 'du')::numeric AS du,
       (d.measures ->> 'sach')::numeric AS sach,
       (d.measures ->> 'song')::numeric AS song,
       (d.measures ->> 'thong_nhat')::numeric AS thong_nhat,
       (d.measures ->> 'dung_chung')::numeric AS dung_chung,
       coalesce(live.parcels, 0) AS parcels, coalesce(live.stale, 0) AS stale_parcels,
       coalesce(live.area_m2, 0) AS area_m2,
       d.rows_read, d.quarantined, d.unreadable,
       coalesce(held.held, false) AS held,
       d.complete, d.extracted_at, d.accepted_at,
       floor(extract(epoch FROM now() - d.extracted_at) / 86400)::integer AS days_old,
       d.policy, d.run_id,
       public.ST_SetSRID(public.ST_MakePoint(c.lon, c.lat), 4326)::public.geometry(Point, 4326) AS place,
       d.excused, d.group_code, d.group_title, d.assured_group,
       (d.measures ->> 'xac_thuc')::numeric AS xac_thuc,
       (d.measures ->> 'thong_tin')::numeric AS thong_tin,
       d.completeness ->> 'state' AS completeness,
       (parcels.found ->> 'there')::bigint AS counted_parcels, (parcels.found ->> 'expected')::bigint AS expected_parcels,
       (area.found ->> 'there')::numeric AS counted_area_m2, (area.found ->> 'expected')::bigint AS expected_area_m2,
       coalesce(parcels.found, area.found) ->> 'source' AS expected_source,
       (coalesce(parcels.found, area.found) ->> 'stated_on')::date AS expected_on,
       coalesce(live.without_geometry, 0) AS without_geometry
FROM land.commune_now AS c
LEFT JOIN land.province_now AS province ON province.province_code = c.province_code
LEFT JOIN land.dataset AS d ON d.commune_code = c.commune_code AND d.commune_valid_from = c.valid_from
LEFT JOIN (
    SELECT k.commune_code, sum(k.parcels)::bigint AS parcels, sum(k.stale_parcels)::bigint AS stale, sum(k.area_m2) AS area_m2,
           sum(k.without_geometry)::bigint AS without_geometry
    FROM land.commune_count AS k
    GROUP BY k.commune_code
) AS live ON live.commune_code = c.commune_code
LEFT JOIN (
    SELECT h.commune_code, true AS held
    FROM ledger.hold_state AS h
    WHERE h.state = 'open'
    GROUP BY h.commune_code
) AS held ON held.commune_code = c.commune_code
LEFT JOIN LATERAL jsonb_path_query_first(d.completeness, '$.figures[*] ? (@.figure == "parcels")') AS parcels (found) ON true
LEFT JOIN LATERAL jsonb_path_query_first(d.completeness, '$.figures[*] ? (@.figure == "area_m2")') AS area (found) ON true;

-- The register of findings: a row per case, over all runs. `accepted` is said by the day, because exceptions expire by
-- themselves. A case at a seam is one row for both sides, the commune with the lesser code first.
CREATE OR REPLACE VIEW analyst.finding AS
SELECT f.finding_id, f.check_code, f.severity,
       CASE WHEN f.state IN ('new', 'open', 'returned') AND NOT f.quarantines
                 AND f.excused_until >= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
            THEN 'accepted' ELSE f.state END AS state,
       f.state_since, f.first_seen_at, f.last_seen_at, f.times_returned, f.excused_until,
       f.province_code, province.name AS province_name, f.commune_code, commune.name AS commune_name, f.handles,
       f.other_province_code, f.other_commune_code, other.name AS other_commune_name, f.other_handles,
       f.quarantines, f.measure, f.unit, f.width_mm, f.detail, f.last_run_id AS run_id,
       f.place
FROM ledger.finding_case AS f
LEFT JOIN land.commune_now AS commune ON commune.commune_code = f.commune_code
LEFT JOIN land.commune_now AS other ON other.commune_code = f.other_commune_code
LEFT JOIN land.province_now AS province ON province.province_code = f.province_code;

-- Cases by commune, check and state. One at a seam counts in both communes; `at_seam` says how many those are.
CREATE OR REPLACE VIEW analyst.finding_count AS
SELECT s.province_code, s.commune_code, f.check_code, f.severity, f.state,
       count(*) AS findings, count(f.other_commune_code) AS at_seam
FROM (
    SELECT c.finding_id, c.province_code, c.commune_code FROM ledger.finding_case AS c
    UNION ALL
    SELECT c.finding_id, c.other_province_code, c.other_commune_code
    FROM ledger.finding_case AS c
    WHERE c.other_commune_code IS NOT NULL
) AS s
JOIN analyst.finding AS f ON f.finding_id = s.finding_id
GROUP BY s.province_code, s.commune_code, f.check_code, f.severity, f.state;

-- The ministry's table: communes = group1 + group2 + group3 + not_delivered, in every row; by a policy of more groups than
-- three, communes = the sum of `groups` + not_delivered. Rows that belong to no
-- commune of the province (the receipt's line '-') count as quarantined and unreadable with the last run's receipt.
CREATE OR REPLACE VIEW analyst.national_summary AS
SELECT p.province_code, p.name,
       coalesce(c.communes, 0) AS communes,
       coalesce(c.delivered, 0) AS delivered,
       coalesce(live.parcels, 0) AS parcels,
       coalesce(c.group1, 0) AS group1,
       coalesce(c.group2, 0) AS group2,
       coalesce(c.group3, 0) AS group3,
       coalesce(c.not_delivered, 0) AS not_delivered,
       coalesce(c.quarantined, 0) + coalesce(nowhere.quarantined, 0) AS quarantined,
       coalesce(c.unreadable, 0) + coalesce(nowhere.unreadable, 0) AS unreadable,
       coalesce(h.held, 0) AS held,
       synced.finished_at AS last_sync,
       coalesce(last_run.state, 'never') AS state,
       coalesce(c.excused, 0) AS excused,
       coalesce(scheme.groups, '{}'::jsonb) AS groups,
       coalesce(c.incomplete, 0) AS incomplete,
       coalesce(c.more_than_expected, 0) AS more_than_expected,
       coalesce(c.completeness_unknown, 0) AS completeness_unknown
FROM land.province_now AS p
LEFT JOIN (
    SELECT q.province_code,
           count(*) AS communes,
           count(q.usability_group) AS delivered,
           count(*) FILTER (WHERE q.usability_group = 1) AS group1,
           count(*) FILTER (WHERE q.usability_group = 2) AS group2,
           count(*) FILTER (WHERE q.usability_group = 3) AS group3,
           count(*) FILTER (WHERE q.usability_group IS NULL) AS not_delivered,
           sum(q.quarantined)::bigint AS quarantined,
           sum(q.unreadable)::bigint AS unreadable,
           sum(q.excused)::bigint AS excused,
           count(*) FILTER (WHERE q.completeness = 'incomplete') AS incomplete,
           count(*) FILTER (WHERE q.completeness = 'more') AS more_than_expected,
           count(*) FILTER (WHERE q.completeness IN ('unknown', 'part')) AS completeness_unknown
    FROM analyst.commune_quality AS q
    GROUP BY q.province_code
) AS c ON c.province_code = p.province_code
LEFT JOIN (
    SELECT g.province_code, jsonb_object_agg(g.usability_group, g.communes) AS groups
    FROM (
        SELECT c.province_code, d.usability_group, count(*) AS communes
        FROM land.commune_now AS c
        JOIN land.dataset AS d ON d.commune_code = c.commune_code AND d.commune_valid_from = c.valid_from
        GROUP BY c.province_code, d.usability_group
    ) AS g
    GROUP BY g.province_code
) AS scheme ON scheme.province_code = p.province_code
LEFT JOIN (
    SELECT k.province_code, sum(k.parcels)::bigint AS parcels FROM land.commune_count AS k GROUP BY k.province_code
) AS live ON live.province_code = p.province_code
LEFT JOIN (
    SELECT s.province_code, count(*) AS held FROM ledger.hold_state AS s WHERE s.state = 'open' GROUP BY s.province_code
) AS h ON h.province_code = p.province_code
LEFT JOIN LATERAL (
    SELECT l.quarantined, l.unreadable
    FROM ledger.receipt AS r
    JOIN ledger.run AS x ON x.run_id = r.run_id AND x.kind <> 'rehash'
    LEFT JOIN ledger.receipt_line AS l ON l.run_id = r.run_id AND l.commune_code = '-'
    WHERE r.province_code = p.province_code
    ORDER BY r.sequence DESC
    LIMIT 1
) AS nowhere ON true
LEFT JOIN LATERAL (
    SELECT s.state
    FROM ledger.run AS r
    JOIN ledger.run_state AS s ON s.run_id = r.run_id
    WHERE r.province_code = p.province_code AND NOT r.dry_run AND r.kind <> 'rehash'
    ORDER BY r.started_at DESC
    LIMIT 1
) AS last_run ON true
LEFT JOIN LATERAL (
    SELECT s.finished_at
    FROM ledger.run AS r
    JOIN ledger.run_state AS s ON s.run_id = r.run_id
    WHERE r.province_code = p.province_code AND NOT r.dry_run AND r.kind <> 'rehash' AND s.state IN ('done', 'held')
    ORDER BY r.started_at DESC
    LIMIT 1
) AS synced ON true
ORDER BY p.province_code;

-- A vector tile (Web Mercator): layer `parcel` from zoom 13 on, before that layer `commune`, a point each.
CREATE OR REPLACE FUNCTION analyst.parcel_tile(z integer, x integer, y integer) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH bounds AS (
        SELECT public.ST_TileEnvelope($1, $2, $3) AS tile,
               public.ST_Transform(public.ST_TileEnvelope($1, $2, $3, margin => 0.015625), 4326) AS reach
    ), parcel AS (
        SELECT p.parcel_uid::text AS parcel_uid, p.national_id, p.commune_code, p.sheet_no, p.parcel_no, p.land_use,
               p.area_m2::double precision AS area_m2, p.stale_since IS NOT NULL AS stale,
               public.ST_AsMVTGeom(
                   public.ST_Transform(public.ST_SetSRID(p.geom, 904756), 3857), b.tile, 4096, 64, true) AS shape
        FROM bounds AS b
        JOIN analyst.parcel AS p ON p.geom OPERATOR(public.&&) analyst.to_vn2000(b.reach)
        WHERE $1 >= 13
    ), commune AS (
        SELECT q.commune_code, q.commune_name, q.province_code, q.usability_group, q.held,
               public.ST_AsMVTGeom(public.ST_Transform(q.place, 3857), b.tile, 4096, 64, true) AS shape
        FROM bounds AS b
        JOIN analyst.commune_quality AS q ON q.place OPERATOR(public.&&) b.reach
        WHERE $1 < 13
    )
    SELECT coalesce((SELECT public.ST_AsMVT(t, 'parcel', 4096, 'shape') FROM parcel AS t WHERE t.shape IS NOT NULL), '')
        || coalesce((SELECT public.ST_AsMVT(t, 'commune', 4096, 'shape') FROM commune AS t WHERE t.shape IS NOT NULL), '');
END;

-- What changes of a commune have not come, though later ones have: between the end of what is known of it (its last
-- complete snapshot, and the change sets that join on to it) and a set that begins later. `-` stands for a province
-- of which no commune ever came whole. A set that a person refused for a commune is missing there, too.
CREATE OR REPLACE VIEW ledger.change_gap AS
WITH came AS (
    -- A time in the future was taken once: it is worth as much as the time when it was recorded.
    SELECT c.run_id, c.province_code, c.source_system, c.sequence, c.since, c.recorded_at,
           CASE WHEN c.until > c.recorded_at + interval '15 minutes' THEN c.recorded_at ELSE c.until END AS until,
           CASE WHEN c.observed_at > c.recorded_at + interval '15 minutes' THEN c.recorded_at ELSE c.observed_at END AS observed_at
    FROM ledger.change_set AS c
), base AS (
    SELECT w.province_code, w.commune_code, w.snapshot_at, w.sequence
    FROM land.source_watermark AS w
    UNION ALL
    SELECT DISTINCT c.province_code, '-', NULL::timestamptz, NULL::bigint
    FROM came AS c
    WHERE NOT EXISTS (SELECT FROM land.source_watermark AS w WHERE w.province_code = c.province_code)
), span AS (
    SELECT b.province_code, b.commune_code, c.source_system, c.since, c.recorded_at,
           greatest(b.snapshot_at, max(c.until) OVER earlier) AS covered_to
    FROM base AS b
    JOIN came AS c ON c.province_code = b.province_code
    WHERE c.until > coalesce(b.snapshot_at, '-infinity')
    WINDOW earlier AS (PARTITION BY b.province_code, b.commune_code, c.source_system ORDER BY c.since, c.until
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), numbered AS (
    SELECT b.province_code, b.commune_code, c.source_system, c.sequence, c.observed_at, c.recorded_at, b.snapshot_at,
           b.sequence AS reached, greatest(b.sequence, lag(c.sequence) OVER earlier) AS before,
           lag(c.observed_at) OVER earlier AS before_at
    FROM base AS b
    JOIN came AS c ON c.province_code = b.province_code
    WHERE c.sequence IS NOT NULL
    WINDOW earlier AS (PARTITION BY b.province_code, b.commune_code, c.source_system ORDER BY c.sequence, c.observed_at)
)
SELECT s.province_code, s.commune_code, s.source_system, s.covered_to AS since, s.since AS until,
       NULL::bigint AS sequence_from, NULL::bigint AS sequence_to, s.recorded_at AS noticed_at
FROM span AS s
WHERE s.covered_to IS NULL OR s.since > s.covered_to
UNION ALL
SELECT n.province_code, n.commune_code, n.source_system, greatest(n.before_at, n.snapshot_at), n.observed_at,
       n.before + 1, n.sequence - 1, n.recorded_at
FROM numbered AS n
WHERE n.observed_at > coalesce(n.snapshot_at, '-infinity')
  AND n.sequence > coalesce(n.before, 0) + 1
UNION ALL
SELECT c.province_code, b.commune_code, c.source_system, coalesce(c.since, b.snapshot_at), coalesce(c.until, c.observed_at),
       c.sequence, c.sequence, s.updated_at
FROM base AS b
JOIN ledger.hold_state AS s
  ON s.province_code = b.province_code AND s.state = 'refused' AND b.commune_code IN (s.commune_code, '-')
JOIN ledger.hold AS why
  ON why.run_id = s.run_id AND why.commune_code = s.commune_code AND NOT why.reasons @> '[{"code": "ALL-OLDER"}]'
JOIN came AS c ON c.run_id = s.run_id
WHERE c.observed_at > coalesce(b.snapshot_at, '-infinity')
  AND NOT EXISTS (
      SELECT FROM came AS again
      WHERE again.province_code = c.province_code
        AND again.source_system = c.source_system
        AND again.run_id <> c.run_id
        AND again.recorded_at > c.recorded_at
        AND (again.sequence = c.sequence OR (again.since <= c.since AND again.until >= c.until))
        AND NOT EXISTS (SELECT FROM ledger.hold_state AS h
                        WHERE h.run_id = again.run_id AND h.commune_code = s.commune_code AND h.state = 'refused'));

-- The same for the staff of one province, and what the ledger knows of its deliveries. All of them with
-- `security_barrier`: no function of the reader's sees a row before the filter does. The price is that a map's window
-- is looked for among all parcels of the province, not by their index.
CREATE OR REPLACE VIEW province.run WITH (security_barrier) AS
SELECT r.run_id, r.province_code, r.kind, r.actor, r.dry_run, r.requested, r.parent_run_id, r.communes, r.started_at,
       s.state, s.stage, s.delivery_sha256, s.extracted_at, s.error, s.finished_at
FROM ledger.run AS r
JOIN ledger.run_state AS s ON s.run_id = r.run_id
WHERE r.province_code = (SELECT province.own_province());

CREATE OR REPLACE VIEW province.receipt_line WITH (security_barrier) AS
SELECT r.province_code, r.sequence, r.created_at, l.run_id, l.commune_code, l.read, l.new, l.changed, l.unchanged,
       l.ended_by_row, l.ignored, l.quarantined, l.unreadable, l.held, l.current_before, l.moved_in, l.moved_out,
       l.ended, l.current_after, l.area_before_m2, l.area_in_m2, l.area_out_m2, l.area_after_m2
FROM ledger.receipt AS r
JOIN ledger.receipt_line AS l ON l.run_id = r.run_id
WHERE r.province_code = (SELECT province.own_province());

CREATE OR REPLACE VIEW province.finding WITH (security_barrier) AS
SELECT f.run_id, f.finding_id, f.province_code, f.commune_code, f.check_code, f.severity, f.row_no, f.handle, f.measure,
       f.unit, f.detail, f.quarantines, f.place, f.width_mm, f.others, f.other_commune_code
FROM ledger.finding AS f
WHERE f.province_code = (SELECT province.own_province());

-- Cases of the province and at its seams, with who answers for them and why; and how each came to its state.
CREATE OR REPLACE VIEW province.finding_case WITH (security_barrier) AS
SELECT f.finding_id, f.check_code, f.severity,
       CASE WHEN f.state IN ('new', 'open', 'returned') AND NOT f.quarantines
                 AND f.excused_until >= (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
            THEN 'accepted' ELSE f.state END AS state,
       f.state_since, f.first_seen_at, f.last_seen_at, f.times_returned, f.excused_until,
       x.actor, x.reason, x.decided_at,
       f.province_code, f.commune_code, f.handles, f.other_province_code, f.other_commune_code, f.other_handles,
       f.quarantines, f.measure, f.unit, f.width_mm, f.detail, f.last_run_id, f.place
FROM ledger.finding_case AS f
LEFT JOIN ledger.finding_exception AS x ON x.exception_id = f.exception_id
WHERE f.province_code = (SELECT province.own_province())
   OR f.other_province_code = (SELECT province.own_province());

CREATE OR REPLACE VIEW province.finding_event WITH (security_barrier) AS
SELECT f.finding_id, e.run_id, e.recorded_at, e.state, e.because, e.severity
FROM ledger.finding_event AS e
JOIN ledger.finding_case AS f ON f.case_id = e.finding_id
WHERE f.province_code = (SELECT province.own_province())
   OR f.other_province_code = (SELECT province.own_province());

CREATE OR REPLACE VIEW province.finding_count WITH (security_barrier) AS
SELECT c.province_code, c.commune_code, c.check_code, c.severity, c.state, c.findings, c.at_seam
FROM analyst.finding_count AS c
WHERE c.province_code = (SELECT province.own_province());

CREATE OR REPLACE VIEW province.quarantine WITH (security_barrier) AS
SELECT q.run_id, q.row_no, q.province_code, q.commune_code, q.decision, q.codes, q.source_key, q.national_id, q.sheet_no,
       q.parcel_no, q.parcel_uid
FROM ledger.quarantine AS q
WHERE q.province_code = (SELECT province.own_province());

-- Ids that two provinces use: each of the two sees its own parcel, and how the other province calls its own.
CREATE OR REPLACE VIEW province.withheld_id WITH (security_barrier) AS
SELECT w.national_id, w.province_code, claim.province_code AS holder_province_code, w.withheld_since,
       p.parcel_uid, p.commune_code, p.sheet_no, p.parcel_no,
       o.commune_code AS other_commune_code, o.sheet_no AS other_sheet_no, o.parcel_no AS other_parcel_no
FROM land.withheld_id AS w
LEFT JOIN land.national_id_claim AS claim ON claim.national_id = w.national_id AND claim.parcel_uid IS NOT NULL
CROSS JOIN (SELECT province.own_province() AS code) AS own
JOIN land.parcel AS p
  ON p.province_code = own.code
 AND p.parcel_uid = CASE WHEN w.province_code = own.code THEN w.parcel_uid ELSE claim.parcel_uid END
LEFT JOIN land.parcel AS o
  ON o.province_code = CASE WHEN w.province_code = own.code THEN claim.province_code ELSE w.province_code END
 AND o.parcel_uid = CASE WHEN w.province_code = own.code THEN claim.parcel_uid ELSE w.parcel_uid END
WHERE own.code IN (w.province_code, claim.province_code);

CREATE OR REPLACE VIEW province.hold WITH (security_barrier) AS
SELECT h.run_id, h.commune_code, h.province_code, h.reasons, h.held_at, s.state, s.decided_by_run, s.updated_at
FROM ledger.hold AS h
JOIN ledger.hold_state AS s ON s.run_id = h.run_id AND s.commune_code = h.commune_code
WHERE h.province_code = (SELECT province.own_province());

DO $$
DECLARE
    mirrored text;
BEGIN
    FOREACH mirrored IN ARRAY ARRAY['parcel', 'parcel_history', 'parcel_handle', 'parcel_conversion', 'land_use', 'commune_boundary', 'commune_expected', 'commune_quality', 'national_summary'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE VIEW province.%1$I WITH (security_barrier) AS '
            'SELECT v.* FROM analyst.%1$I AS v WHERE v.province_code = (SELECT province.own_province())', mirrored);
    END LOOP;
END
$$;
