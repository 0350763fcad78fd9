-- Who is asking, and how rows and parcels are compared.
-- The province of whoever asks: of the one province_NN that he is or belongs to; NULL for the centre.
CREATE OR REPLACE FUNCTION province.own_province() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
RETURN (
    SELECT CASE WHEN count(*) = 1 THEN right(min(r.rolname), 2) END
    FROM pg_catalog.pg_roles AS r
    WHERE r.rolname ~ '^province_[0-9]{2}$'
      AND pg_has_role(r.oid, 'USAGE'));

-- From when on the source is known to have had a version: when it was made, where its number is a time, else when its
-- delivery was extracted.
CREATE OR REPLACE FUNCTION land.observed_at(kind text, version_order bigint, extracted_at timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN least(
    extracted_at,
    CASE WHEN kind = 'time' THEN timestamptz 'epoch' + version_order * interval '1 microsecond' END);

-- Which of two claims about a source object is the newer: 1 the first, -1 the second, 0 the same version twice. A claim
-- is a change set's row (its version), or what a full snapshot shows (its version, if it says one; NULL where the
-- object was absent), and `at` is up to when its delivery is complete. A second claim with no `at` is none at all.
--   two snapshots      by when they were extracted; of two at one moment the first
--   two changes        by version; where one is a number and the other a time, by `at`
--   a change and a snapshot: a set that ends before the snapshot is in it. Otherwise versions decide where both are
--   of one kind; else a change dated after the snapshot is newer, one dated before it is in it; and of numbers, the
--   newest row of a set is what held at the set's end, so the change is newer.
CREATE OR REPLACE FUNCTION land.claim_order(
    a_snapshot boolean, a_kind text, a_order bigint, a_at timestamptz,
    b_snapshot boolean, b_kind text, b_order bigint, b_at timestamptz
) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN b_at IS NULL THEN 1
    WHEN a_snapshot AND b_snapshot THEN CASE WHEN a_at >= b_at THEN 1 ELSE -1 END
    WHEN NOT a_snapshot AND NOT b_snapshot THEN
        CASE WHEN a_kind = b_kind THEN sign(a_order - b_order)::integer
             WHEN a_at > b_at THEN 1 ELSE -1 END
    WHEN b_snapshot THEN
        CASE WHEN a_at <= b_at THEN -1
             WHEN a_kind = b_kind THEN sign(a_order - b_order)::integer
             WHEN a_kind = 'number' OR a_order > (extract(epoch FROM b_at) * 1000000)::bigint THEN 1
             ELSE -1 END
    ELSE
        CASE WHEN b_at <= a_at THEN 1
             WHEN a_kind = b_kind AND a_order IS NOT NULL THEN sign(a_order - b_order)::integer
             WHEN b_kind = 'number' OR b_order > (extract(epoch FROM a_at) * 1000000)::bigint THEN -1
             ELSE 1 END
END;

-- The planner's statistics of a province's tables, taken again where they cannot be true: never taken, or of a table that
-- was half as large, or less than a row on a page. Only an owner may take them, so the loader asks here, and it sees
-- what its own transaction has written. Whoever looks after a table at the same moment is waited for a little, not long.
-- Until the transaction ends nobody else takes them; who wants to meanwhile goes on without.
CREATE OR REPLACE FUNCTION land.refresh_statistics(wanted text) RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '3s'
AS $$
DECLARE
    part regclass;
    taken integer := 0;
BEGIN
    FOR part IN
        SELECT c.oid
        FROM pg_catalog.pg_class AS c
        LEFT JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid
        LEFT JOIN pg_catalog.pg_class AS parent ON parent.oid = i.inhparent
        CROSS JOIN LATERAL (SELECT pg_relation_size(c.oid) / current_setting('block_size')::bigint AS pages) AS now
        WHERE c.relnamespace IN ('land'::regnamespace, 'land_private'::regnamespace, 'ledger'::regnamespace)
          AND c.relkind = 'r'
          AND (c.relname = parent.relname || '_' || $1
               OR (c.relname = $1 AND c.relname IN ('national_id_claim', 'finding_case', 'quarantine_state', 'land_user_status')))
          AND now.pages > 0
          AND (c.reltuples < now.pages OR now.pages > 2 * c.relpages)
    LOOP
        BEGIN
            EXECUTE format('ANALYZE %s', part);
            taken := taken + 1;
        EXCEPTION WHEN lock_not_available THEN
            NULL; -- being vacuumed, or looked at by another load: as it was
        END;
    END LOOP;
    RETURN taken;
END
$$;

-- The parts of a sheet handle as they are written in it: commune, valid_from, old commune, map set, scale, sheet, number.
-- NULL of another text; '' where one is unknown.
CREATE OR REPLACE FUNCTION land.sheet_parts(handle text) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_match(
    handle, '^((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)\|((?:[^|\\]|\\.)*)$');

-- How much of the larger of two shapes both cover: 1 where they are the same, 0 where they lie apart.
CREATE OR REPLACE FUNCTION land.common_share(one geometry, other geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = public, pg_catalog, pg_temp
RETURN CASE WHEN NOT one && other THEN 0
            ELSE ST_Area(ST_Intersection(one, other)) / greatest(ST_Area(one), ST_Area(other)) END;

-- How much of the smaller of two shapes both cover: 1 where one lies in the other, 0 where they lie apart.
CREATE OR REPLACE FUNCTION land.covered_share(one geometry, other geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = public, pg_catalog, pg_temp
RETURN CASE WHEN NOT one && other THEN 0
            ELSE ST_Area(ST_Intersection(one, other)) / least(ST_Area(one), ST_Area(other)) END;

-- Whether every use of two parcels, as `ONT+CLN`, is one of these; of a parcel without a use it is not known, and so not.
CREATE OR REPLACE FUNCTION land.both_uses_in(one text, other text, codes text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(string_to_array(nullif(one, ''), '+') <@ codes AND string_to_array(nullif(other, ''), '+') <@ codes, false);

-- Up to when a parcel itself is known: its state, and what was told of it without changing it.
CREATE OR REPLACE FUNCTION land.told_until(province text, uid uuid, state_observed_at timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN greatest(state_observed_at, (SELECT max(t.observed_at)
                                    FROM land.parcel_told AS t
                                    WHERE t.province_code = province AND t.parcel_uid = uid));

-- Whether land moved as the middle of what moved beside it: the middle moved by more than 5 mm, and the two ways lie within 5 cm and 2 %.
-- All in metres, east and north.
CREATE OR REPLACE FUNCTION land.moved_along(
    east double precision, north double precision, middle_east double precision, middle_north double precision
) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sqrt(middle_east ^ 2 + middle_north ^ 2) > 0.005
    AND sqrt((east - middle_east) ^ 2 + (north - middle_north) ^ 2) < 0.05 + 0.02 * sqrt(middle_east ^ 2 + middle_north ^ 2);

-- In which reading a hold with these reasons was approved: the one that the person chose, else its own; none where it tells none.
CREATE OR REPLACE FUNCTION land.read_as(chosen text, reasons jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN reasons @> '[{"code": "REKEYED"}]' THEN coalesce(chosen, 'rekeyed')
            WHEN reasons @> '[{"code": "MOVED"}]' THEN coalesce(chosen, 'moved') END;

-- Whether two sheet handles may be one parcel's: commune, sheet and number the same, and each of old commune, map set and
-- scale the same or unknown on one side. As validators/identity/fitting.py.
CREATE OR REPLACE FUNCTION land.sheet_fits(one text[], other text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN one[1] = other[1] AND one[2] = other[2] AND one[6] = other[6] AND one[7] = other[7]
   AND (one[3] = other[3] OR '' IN (one[3], other[3]))
   AND (one[4] = other[4] OR '' IN (one[4], other[4]))
   AND (one[5] = other[5] OR '' IN (one[5], other[5]));

-- A new uid that stands behind those of earlier moments and lower numbers: 48 bits of the moment in milliseconds, 26 of the number, 48 at
-- random (UUID version 7 with a counter, RFC 9562, 5.7 and 6.2). One at random would put each row of an index on a page of its own.
CREATE OR REPLACE FUNCTION land.uid_in_order(moment timestamptz, number bigint) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN (
    lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0')
    || to_hex(28672 + ((number >> 14) & 4095))
    || to_hex(32768 + (number & 16383))
    || right(gen_random_uuid()::text, 12))::uuid;
