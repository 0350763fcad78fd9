-- Valid time that is true: what a version's first day means, from when to when the source is known to have had it, which version of
-- the source it is, where it stands in the order of its parcel's states, and since when the parcel itself exists. Of what is stored
-- nobody said what its first day means: some systems write the day of the state, some that of the parcel. It is marked as unknown
-- until a profile says it and the row is delivered again.
ALTER TABLE land.parcel
    ADD COLUMN established_on date,
    ADD COLUMN valid_from_means text NOT NULL DEFAULT 'unknown' CHECK (valid_from_means IN ('state', 'parcel', 'unknown')),
    ADD COLUMN order_kind text CHECK (order_kind IN ('number', 'time')),
    ADD COLUMN source_order bigint,
    ADD COLUMN observed_at timestamptz;
-- Of a parcel without a source key this is all that says up to when it is known.
CREATE INDEX parcel_observed ON land.parcel (province_code, observed_at) WHERE source_key IS NULL;

-- A version that came when a newer one was known (`late`, or `late_told` where it says nothing new), and an end that did
-- (`late_end`, with the names and the land of the version beside it): recorded and closed at once, and placed beside what was live.
ALTER TABLE land.parcel_version
    ADD COLUMN established_on date,
    ADD COLUMN valid_from_means text NOT NULL DEFAULT 'unknown' CHECK (valid_from_means IN ('state', 'parcel', 'unknown')),
    ADD COLUMN order_kind text CHECK (order_kind IN ('number', 'time')),
    ADD COLUMN source_order bigint,
    ADD COLUMN observed_at timestamptz,
    ADD COLUMN observed_until timestamptz,
    ADD COLUMN ended_order_kind text CHECK (ended_order_kind IN ('number', 'time')),
    ADD COLUMN ended_order bigint,
    ADD COLUMN ended_observed_at timestamptz,
    ADD COLUMN late_row bigint NOT NULL DEFAULT 0 CHECK (late_row >= 0),
    ADD COLUMN stands_at timestamptz,
    ADD COLUMN stands_side smallint NOT NULL DEFAULT 0 CHECK (stands_side IN (-1, 0, 1)),
    DROP CONSTRAINT parcel_version_pkey,
    ADD PRIMARY KEY (province_code, parcel_uid, recorded_from, late_row),
    DROP CONSTRAINT parcel_version_closed_because_check,
    ADD CONSTRAINT parcel_version_closed_because_check CHECK (closed_because IN ('changed', 'ended', 'late', 'late_told', 'late_end')),
    ADD CHECK ((late_row = 0) = (stands_side = 0) AND (late_row = 0) = (stands_at IS NULL)
               AND (late_row = 0) = (closed_because IN ('changed', 'ended')));

ALTER TABLE land.land_use_part_version
    ADD COLUMN late_row bigint NOT NULL DEFAULT 0 CHECK (late_row >= 0),
    DROP CONSTRAINT land_use_part_version_pkey,
    ADD PRIMARY KEY (province_code, parcel_uid, item_no, recorded_from, late_row);
ALTER TABLE land_private.land_user_version
    ADD COLUMN late_row bigint NOT NULL DEFAULT 0 CHECK (late_row >= 0),
    DROP CONSTRAINT land_user_version_pkey,
    ADD PRIMARY KEY (province_code, parcel_uid, item_no, recorded_from, late_row);
ALTER TABLE land_private.certificate_version
    ADD COLUMN late_row bigint NOT NULL DEFAULT 0 CHECK (late_row >= 0),
    DROP CONSTRAINT certificate_version_pkey,
    ADD PRIMARY KEY (province_code, parcel_uid, item_no, recorded_from, late_row);

-- What a delivery said of a living parcel whose own columns stayed as they were: that its land uses, users or certificates
-- changed, or, in a change set, that a newer version of it is the same.
CREATE TABLE land.parcel_told (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    version_from timestamptz NOT NULL,
    valid_from date,
    established_on date,
    valid_from_means text NOT NULL CHECK (valid_from_means IN ('state', 'parcel', 'unknown')),
    order_kind text CHECK (order_kind IN ('number', 'time')),
    source_order bigint,
    observed_at timestamptz,
    recorded_from timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, recorded_from)
);
CREATE INDEX parcel_told_observed ON land.parcel_told (province_code, observed_at);

-- Of before: when the parts of a parcel changed and it did not. All that is known of it is when it was recorded.
WITH version AS (
    SELECT p.province_code, p.parcel_uid, p.valid_from, p.recorded_from, 'infinity'::timestamptz AS recorded_to FROM land.parcel AS p
    UNION ALL
    SELECT v.province_code, v.parcel_uid, v.valid_from, v.recorded_from, v.recorded_to FROM land.parcel_version AS v
), moment AS (
    SELECT i.province_code, i.parcel_uid, i.recorded_from AS at, i.run_id FROM land.land_use_part AS i
    UNION ALL
    SELECT i.province_code, i.parcel_uid, i.recorded_from, i.run_id FROM land_private.land_user AS i
    UNION ALL
    SELECT i.province_code, i.parcel_uid, i.recorded_from, i.run_id FROM land_private.certificate AS i
    UNION ALL
    SELECT i.province_code, i.parcel_uid, x.at, x.run_id
    FROM land.land_use_part_version AS i
    CROSS JOIN LATERAL (VALUES (i.recorded_from, i.run_id), (i.recorded_to, i.closed_by_run)) AS x (at, run_id)
    UNION ALL
    SELECT i.province_code, i.parcel_uid, x.at, x.run_id
    FROM land_private.land_user_version AS i
    CROSS JOIN LATERAL (VALUES (i.recorded_from, i.run_id), (i.recorded_to, i.closed_by_run)) AS x (at, run_id)
    UNION ALL
    SELECT i.province_code, i.parcel_uid, x.at, x.run_id
    FROM land_private.certificate_version AS i
    CROSS JOIN LATERAL (VALUES (i.recorded_from, i.run_id), (i.recorded_to, i.closed_by_run)) AS x (at, run_id)
)
INSERT INTO land.parcel_told (
    province_code, parcel_uid, version_from, valid_from, established_on, valid_from_means, order_kind, source_order, observed_at,
    recorded_from, run_id)
SELECT DISTINCT ON (m.province_code, m.parcel_uid, m.at)
       m.province_code, m.parcel_uid, v.recorded_from, v.valid_from, NULL::date, 'unknown', NULL, NULL::bigint, NULL::timestamptz,
       m.at, m.run_id
FROM moment AS m
JOIN version AS v
  ON v.province_code = m.province_code AND v.parcel_uid = m.parcel_uid AND v.recorded_from < m.at AND m.at < v.recorded_to
ORDER BY m.province_code, m.parcel_uid, m.at, m.run_id;

-- Returns other rows than before: made anew with the views.
DROP FUNCTION IF EXISTS analyst.parcel_as_of(date, timestamptz);
