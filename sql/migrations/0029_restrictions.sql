-- What restricts a right to a parcel, and who took the land over and is not registered: many-valued records of the parcel, of persons,
-- hashed under the key from the first row. A parcel has any number of them, in no order.
CREATE TABLE land_private.restriction (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    restriction_kind text,
    restriction_from date,
    restriction_to date,
    salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) CHECK (octet_length(salt) = 16),
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    hash_version smallint NOT NULL CHECK (hash_version >= 2),
    recorded_from timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no)
) PARTITION BY LIST (province_code);
CREATE TABLE land_private.restriction_version (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    restriction_kind text,
    restriction_from date,
    restriction_to date,
    content_hash bytea NOT NULL,
    hash_version smallint NOT NULL CHECK (hash_version >= 2),
    recorded_from timestamptz NOT NULL,
    recorded_to timestamptz NOT NULL,
    late_row bigint NOT NULL DEFAULT 0 CHECK (late_row >= 0),
    run_id text NOT NULL,
    closed_by_run text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no, recorded_from, late_row)
) PARTITION BY LIST (province_code);

CREATE TABLE land_private.transferee (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    transferee_name text,
    transferee_id_number text,
    transferee_address text,
    transfer_reason text,
    salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) CHECK (octet_length(salt) = 16),
    content_hash bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    hash_version smallint NOT NULL CHECK (hash_version >= 2),
    recorded_from timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid, item_no)
) PARTITION BY LIST (province_code);
CREATE TABLE land_private.transferee_version (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    transferee_name text,
    transferee_id_number text,
    transferee_address text,
    transfer_reason text,
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
    FOREACH parent IN ARRAY ARRAY['land_private.restriction', 'land_private.restriction_version', 'land_private.transferee', 'land_private.transferee_version'] LOOP
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
        'geometry', 'land_use', 'area', 'address', 'national_id', 'number', 'land_user', 'certificate', 'restriction', 'transferee'));

-- Why a column of persons is kept at all.
ALTER TABLE land.column_catalogue ADD COLUMN purpose_vi text, ADD COLUMN purpose_en text,
    ADD CHECK ((purpose_vi IS NULL) = (purpose_en IS NULL));
