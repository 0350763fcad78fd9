-- Who has a parcel: any number of land users and certificates, each under a pseudonym (sync/load/refs.py), and the rights that tie them
-- together. What is stored gets them by sync/load/rehash_people.py, which ends with sql/rehash/with_refs.sql.
-- Who merges ends first, and nobody begins meanwhile: else each would wait for what the other holds.
LOCK TABLE ledger.province_state IN EXCLUSIVE MODE;

CREATE OR REPLACE FUNCTION land.bound_uid(parcel_uid uuid, ref uuid) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN encode(substring(sha256(uuid_send(parcel_uid) || uuid_send(ref)) FROM 1 FOR 16), 'hex')::uuid;

-- They give more columns from now on.
DROP FUNCTION IF EXISTS land_private.land_user_as_of(date, timestamptz), land_private.certificate_as_of(date, timestamptz);

DO $$
DECLARE
    suffix text;
BEGIN
    FOREACH suffix IN ARRAY ARRAY['', '_version'] LOOP
        EXECUTE format(
            'ALTER TABLE land_private.%I ADD COLUMN land_user_kind text, ADD COLUMN land_user_birth_date date, '
            'ADD COLUMN land_user_gender text, ADD COLUMN land_user_address text, ADD COLUMN land_user_deceased_on date, '
            'ADD COLUMN land_user_state text, ADD COLUMN user_ref uuid, ADD COLUMN user_bound boolean', 'land_user' || suffix);
        EXECUTE format(
            'ALTER TABLE land_private.%I ADD COLUMN certificate_key text, ADD COLUMN certificate_book_no text, '
            'ADD COLUMN certificate_state text, ADD COLUMN certificate_ended_on date, ADD COLUMN certificate_replaced_by text, '
            'ADD COLUMN certificate_ref uuid, ADD COLUMN certificate_bound boolean', 'certificate' || suffix);
    END LOOP;
END
$$;

CREATE TABLE land_private.land_right (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    user_ref uuid,
    certificate_ref uuid,
    right_role text,
    right_form text,
    share_numerator integer,
    share_denominator integer,
    right_from date,
    right_to date,
    salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) CHECK (octet_length(salt) = 16),
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    hash_version smallint NOT NULL CHECK (hash_version >= 2),
    recorded_from timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no),
    CHECK (num_nonnulls(user_ref, certificate_ref) > 0)
) PARTITION BY LIST (province_code);
CREATE TABLE land_private.land_right_version (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    user_ref uuid,
    certificate_ref uuid,
    right_role text,
    right_form text,
    share_numerator integer,
    share_denominator integer,
    right_from date,
    right_to date,
    content_hash bytea NOT NULL,
    hash_version smallint NOT NULL CHECK (hash_version >= 2),
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    late_row bigint NOT NULL DEFAULT 0 CHECK (late_row >= 0),
    run_id text NOT NULL,
    closed_by_run text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no, recorded_from, late_row)
) PARTITION BY LIST (province_code);

DO $$
DECLARE
    parent text;
    province text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['land_private.land_right', 'land_private.land_right_version'] LOOP
        FOREACH province IN ARRAY ARRAY[
            '01', '04', '08', '11', '12', '14', '15', '19', '20', '22', '24', '25', '31', '33', '37', '38', '40',
            '42', '44', '46', '48', '51', '52', '56', '66', '68', '75', '79', '80', '82', '86', '91', '92', '96']
        LOOP
            EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES IN (%L)', parent || '_' || province, parent, province);
        END LOOP;
    END LOOP;
END
$$;

ALTER TABLE ledger.receipt_column
    DROP CONSTRAINT receipt_column_column_group_check,
    ADD CONSTRAINT receipt_column_column_group_check CHECK (column_group IN (
        'geometry', 'land_use', 'area', 'address', 'national_id', 'number', 'land_user', 'certificate', 'land_right', 'restriction',
        'transferee'));
