-- Parcels, land uses, land users and certificates as they lawfully were on a day (`valid_at`), by what this database knew at a
-- moment (`known_at`). Of each parcel the last thing counts that may have happened by that day: a state, or an end. Where it may as
-- well not have happened yet, nobody knows the state, and that is the answer.

-- Every state and every end of a parcel, in the order of its source. What came late stands beside what was live. `told`: the
-- parcel's own columns stayed as they were. `open`: the version held up to a day, and what followed is not known.
CREATE OR REPLACE VIEW analyst.parcel_state AS
SELECT p.province_code, p.parcel_uid, 'state' AS nature, p.recorded_from AS known_from, p.recorded_from AS stands_at,
       0::smallint AS stands_side, coalesce(p.source_order, 0) AS stands_order, 0::bigint AS late_row, 0::smallint AS rank,
       p.recorded_from AS version_from, p.order_kind, p.source_order, coalesce(p.observed_at, p.recorded_from) AS observed_at,
       analyst.first_day(p.valid_from, p.established_on) AS first_day,
       analyst.known_day(p.valid_from, p.established_on, p.valid_from_means, coalesce(p.observed_at, p.recorded_from)) AS known_day
FROM land.parcel AS p
UNION ALL
SELECT v.province_code, v.parcel_uid, CASE WHEN v.closed_because = 'late_told' THEN 'told' ELSE 'state' END, v.recorded_from,
       coalesce(v.stands_at, v.recorded_from), v.stands_side, coalesce(v.source_order, 0), v.late_row, 0::smallint,
       v.recorded_from, v.order_kind, v.source_order, coalesce(v.observed_at, v.recorded_from),
       analyst.first_day(v.valid_from, v.established_on),
       analyst.known_day(v.valid_from, v.established_on, v.valid_from_means, coalesce(v.observed_at, v.recorded_from))
FROM land.parcel_version AS v
WHERE v.closed_because <> 'late_end'
UNION ALL
SELECT t.province_code, t.parcel_uid, 'told', t.recorded_from, t.recorded_from, 0::smallint, coalesce(t.source_order, 0), 0::bigint,
       0::smallint, t.version_from, t.order_kind, t.source_order, coalesce(t.observed_at, t.recorded_from),
       analyst.first_day(t.valid_from, t.established_on),
       analyst.known_day(t.valid_from, t.established_on, t.valid_from_means, coalesce(t.observed_at, t.recorded_from))
FROM land.parcel_told AS t
UNION ALL
-- An end without a day lies after the parcel was last shown, and at the latest when the end was told.
SELECT v.province_code, v.parcel_uid, 'end', v.recorded_to, v.recorded_to, 0::smallint, coalesce(v.ended_order, 0), 0::bigint, 0::smallint,
       v.recorded_from, v.ended_order_kind, v.ended_order, coalesce(v.ended_observed_at, v.recorded_to),
       coalesce(v.valid_to, least((shown.until AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + 1, told.on_day)),
       coalesce(v.valid_to, told.on_day)
FROM land.parcel_version AS v
CROSS JOIN LATERAL (SELECT coalesce(v.observed_until, v.observed_at, v.recorded_from) AS until) AS shown
CROSS JOIN LATERAL (SELECT (coalesce(v.ended_observed_at, v.recorded_to) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS on_day) AS told
WHERE v.closed_because = 'ended'
UNION ALL
SELECT v.province_code, v.parcel_uid, 'end', v.recorded_from, v.stands_at, v.stands_side, coalesce(v.source_order, 0), v.late_row,
       0::smallint, v.recorded_from, v.order_kind, v.source_order, coalesce(v.observed_at, v.recorded_from),
       coalesce(v.valid_to, least((v.observed_until AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + 1, told.on_day)),
       coalesce(v.valid_to, told.on_day)
FROM land.parcel_version AS v
CROSS JOIN LATERAL (SELECT (coalesce(v.observed_at, v.recorded_from) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS on_day) AS told
WHERE v.closed_because = 'late_end'
UNION ALL
SELECT v.province_code, v.parcel_uid, CASE WHEN v.late_row > 0 THEN 'open' ELSE 'end' END, v.recorded_from,
       coalesce(v.stands_at, v.recorded_from), v.stands_side, coalesce(v.source_order, 0), v.late_row, 1::smallint, v.recorded_from,
       v.order_kind, v.source_order, coalesce(v.observed_at, v.recorded_from), v.valid_to,
       CASE WHEN v.late_row > 0 THEN 'infinity' ELSE v.valid_to END
FROM land.parcel_version AS v
WHERE v.valid_to IS NOT NULL
  AND v.closed_because IN ('changed', 'late')
UNION ALL
SELECT p.province_code, p.parcel_uid, 'end', p.recorded_from, p.recorded_from, 0::smallint, coalesce(p.source_order, 0), 0::bigint,
       1::smallint, p.recorded_from, p.order_kind, p.source_order, coalesce(p.observed_at, p.recorded_from), p.valid_to, p.valid_to
FROM land.parcel AS p
WHERE p.valid_to IS NOT NULL;

-- The same order, with what confirmed events say: from its legal date on what they ended is gone (`end`); of what they drew anew, or began, it
-- is not known what it was until its own first day (`open`). They stand after all that was told of the land as it was, however late.
-- What only bounds others has no day on which it can have happened.
CREATE OR REPLACE VIEW analyst.parcel_standing AS
SELECT s.province_code, s.parcel_uid, s.nature, s.known_from, 'infinity'::timestamptz AS known_to, s.stands_at, s.stands_side,
       s.stands_order, s.late_row, s.rank, s.version_from, s.first_day, s.known_day
FROM analyst.parcel_state AS s
UNION ALL
SELECT d.province_code, d.parcel_uid, CASE WHEN d.nature = 'ended' THEN 'end' ELSE 'open' END, d.known_from, d.known_to, d.stands_at,
       d.stands_side, 9223372036854775807, 0::bigint, 2::smallint, d.version_from,
       CASE WHEN d.nature IN ('ended', 'redrawn', 'began') THEN d.legal_date ELSE 'infinity' END,
       CASE WHEN d.nature = 'ended' THEN d.legal_date ELSE 'infinity' END
FROM land.legal_day AS d;

-- What was not yet so before the legal date, whatever day was told with it: of what an event began or drew anew, all that is told
-- of it since (`not_begun`, with the moment from which on it stands); of what it ended, the end (`not_ended`, with its version).
CREATE OR REPLACE VIEW analyst.parcel_bound AS
SELECT d.province_code, d.parcel_uid, d.nature, d.version_from AS moment, d.legal_date, d.known_from, d.known_to,
       d.event_id
FROM land.legal_day AS d
WHERE d.nature IN ('not_begun', 'not_ended');

-- The parcels. Where the state is not known, `state_known` is false and only names and place are shown.
-- Plain SELECTs, so that the planner opens them up and the filters of the caller reach the indexes. BEGIN ATOMIC: what
-- it calls is settled when it is made, not by the caller's search_path.
CREATE OR REPLACE FUNCTION analyst.parcel_as_of(
    valid_at date DEFAULT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, known_at timestamptz DEFAULT now()
) RETURNS SETOF analyst.parcel_history
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT h.*
    FROM analyst.parcel_history AS h
    WHERE h.recorded_from <= $2
      AND coalesce(h.closed_because, '') NOT IN ('late_told', 'late_end')
      AND h.known_day <= $1
      AND NOT EXISTS (
          SELECT FROM analyst.parcel_bound AS b
          WHERE b.province_code = h.province_code
            AND b.parcel_uid = h.parcel_uid
            AND b.known_from <= $2
            AND $2 < b.known_to
            AND $1 < b.legal_date
            AND b.nature = 'not_begun' AND h.stands_at >= b.moment)
      AND NOT EXISTS (
          SELECT FROM analyst.parcel_standing AS later
          WHERE later.province_code = h.province_code
            AND later.parcel_uid = h.parcel_uid
            AND (later.stands_at, later.stands_side, later.stands_order, later.known_from, later.late_row, later.rank)
                > (h.stands_at, h.stands_side, coalesce(h.source_order, 0), h.recorded_from, h.late_row, 0)
            AND later.nature <> 'told'
            AND later.known_from <= $2
            AND $2 < later.known_to
            AND later.first_day <= $1
            AND NOT EXISTS (
                SELECT FROM analyst.parcel_bound AS b
                WHERE b.province_code = later.province_code
                  AND b.parcel_uid = later.parcel_uid
                  AND b.known_from <= $2
                  AND $2 < b.known_to
                  AND $1 < b.legal_date
                  AND later.rank < 2
                  AND CASE b.nature WHEN 'not_begun' THEN later.stands_at >= b.moment ELSE later.nature = 'end' AND later.version_from = b.moment END))
    UNION ALL
    SELECT h.parcel_uid, h.national_id, h.province_code, h.province_name, h.commune_code, h.commune_name, h.commune_valid_from,
           h.sheet_no, h.parcel_no, h.map_scale, h.map_set,
           -- The state is not shown. Of the same types: a cast would keep filters on `geom` from its index.
           NULL::text, NULL::numeric(18,4), NULL::numeric(18,4), NULL::text, NULL::date,
           h.valid_from, h.valid_to, h.recorded_from, h.recorded_to, h.closed_because, h.stale_since,
           h.source_system, h.source_key, h.source_version, h.source_srid, h.run_id,
           NULL::public.geometry(MultiPolygon, 4756), NULL::public.geometry(MultiPolygon, 4326), h.version_key,
           h.valid_from_means, h.observed_at, h.observed_until, false,
           h.stands_at, h.stands_side, h.source_order, h.late_row, h.first_day, h.known_day{later_unknown}
    FROM analyst.parcel_standing AS s
    JOIN analyst.parcel_history AS h
      ON h.province_code = s.province_code AND h.parcel_uid = s.parcel_uid AND h.recorded_from = s.version_from AND h.late_row = s.late_row
    WHERE s.nature <> 'told'
      AND s.known_from <= $2
      AND $2 < s.known_to
      AND s.first_day <= $1
      AND s.known_day > $1
      AND NOT EXISTS (
          SELECT FROM analyst.parcel_bound AS b
          WHERE b.province_code = s.province_code
            AND b.parcel_uid = s.parcel_uid
            AND b.known_from <= $2
            AND $2 < b.known_to
            AND $1 < b.legal_date
            AND s.rank < 2
            AND CASE b.nature WHEN 'not_begun' THEN s.stands_at >= b.moment ELSE s.nature = 'end' AND s.version_from = b.moment END)
      AND NOT EXISTS (
          SELECT FROM analyst.parcel_standing AS later
          WHERE later.province_code = s.province_code
            AND later.parcel_uid = s.parcel_uid
            AND (later.stands_at, later.stands_side, later.stands_order, later.known_from, later.late_row, later.rank)
                > (s.stands_at, s.stands_side, s.stands_order, s.known_from, s.late_row, s.rank)
            AND later.nature <> 'told'
            AND later.known_from <= $2
            AND $2 < later.known_to
            AND later.first_day <= $1
            AND NOT EXISTS (
                SELECT FROM analyst.parcel_bound AS b
                WHERE b.province_code = later.province_code
                  AND b.parcel_uid = later.parcel_uid
                  AND b.known_from <= $2
                  AND $2 < b.known_to
                  AND $1 < b.legal_date
                  AND later.rank < 2
                  AND CASE b.nature WHEN 'not_begun' THEN later.stands_at >= b.moment ELSE later.nature = 'end' AND later.version_from = b.moment END));
END;

-- What the functions of land uses, land users and certificates read (items_as_of.sql): analysts see the uses; users and
-- certificates have the rights and the row security of their tables, and a province sees of the order of states its own.
CREATE OR REPLACE VIEW analyst.land_use_history AS
SELECT l.province_code, l.parcel_uid, l.item_no, l.land_use_code, l.use_area_m2, l.content_hash, l.recorded_from,
       'infinity'::timestamptz AS recorded_to, 0::bigint AS late_row
FROM land.land_use_part AS l
UNION ALL
SELECT v.province_code, v.parcel_uid, v.item_no, v.land_use_code, v.use_area_m2, v.content_hash, v.recorded_from, v.recorded_to,
       v.late_row
FROM land.land_use_part_version AS v;

CREATE OR REPLACE VIEW land_private.parcel_state WITH (security_barrier) AS
SELECT s.province_code, s.parcel_uid, s.nature, s.known_from, s.stands_at, s.stands_side, s.stands_order, s.late_row, s.rank,
       s.first_day, s.known_day, s.known_to, s.version_from
FROM analyst.parcel_standing AS s
WHERE s.province_code = (SELECT province.own_province())
   OR (SELECT pg_has_role('central_operator', 'USAGE'));

CREATE OR REPLACE VIEW land_private.parcel_bound WITH (security_barrier) AS
SELECT b.province_code, b.parcel_uid, b.nature, b.moment, b.legal_date, b.known_from, b.known_to
FROM analyst.parcel_bound AS b
WHERE b.province_code = (SELECT province.own_province())
   OR (SELECT pg_has_role('central_operator', 'USAGE'));
