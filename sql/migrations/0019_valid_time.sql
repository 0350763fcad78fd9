-- Valid time that is true: what a version's first day means, up to when the source is known to have had it, where it stands in
-- the order of its parcel's versions, and since when the parcel itself exists. Of what is stored nobody said what its first day
-- means: some systems write the day of the state, some that of the parcel. It is marked as unknown until a profile says it and
-- the row is delivered again.
ALTER TABLE land.parcel
    ADD COLUMN established_on date,
    ADD COLUMN valid_from_means text NOT NULL DEFAULT 'unknown' CHECK (valid_from_means IN ('state', 'parcel', 'unknown')),
    ADD COLUMN order_kind text CHECK (order_kind IN ('number', 'time')),
    ADD COLUMN source_order bigint,
    ADD COLUMN observed_at timestamptz;

ALTER TABLE land.parcel_version
    ADD COLUMN established_on date,
    ADD COLUMN valid_from_means text NOT NULL DEFAULT 'unknown' CHECK (valid_from_means IN ('state', 'parcel', 'unknown')),
    ADD COLUMN order_kind text CHECK (order_kind IN ('number', 'time')),
    ADD COLUMN source_order bigint,
    ADD COLUMN observed_at timestamptz,
    ADD COLUMN observed_until timestamptz,
    -- A version that came when a newer one was live: recorded and closed at once, and filed beside one that lived.
    ADD COLUMN late_row bigint NOT NULL DEFAULT 0 CHECK (late_row >= 0),
    ADD COLUMN stands_at timestamptz,
    ADD COLUMN stands_side smallint NOT NULL DEFAULT 0 CHECK (stands_side IN (-1, 0, 1)),
    ADD CHECK ((late_row = 0) = (stands_side = 0) AND (late_row = 0) = (stands_at IS NULL)),
    DROP CONSTRAINT parcel_version_pkey,
    ADD PRIMARY KEY (province_code, parcel_uid, recorded_from, late_row),
    DROP CONSTRAINT parcel_version_closed_because_check,
    ADD CONSTRAINT parcel_version_closed_because_check CHECK (closed_because IN ('changed', 'ended', 'late'));

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

-- Returns other rows than before: made anew with the views.
DROP FUNCTION IF EXISTS analyst.parcel_as_of(date, timestamptz);
