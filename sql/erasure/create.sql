-- The rights that tie whoever is erased, as they are hashed under the ref that nobody is known by; `late_row` is NULL of the living.
CREATE TEMP TABLE erasing_right (
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    late_row bigint,
    content_hash bytea NOT NULL
) ON COMMIT DROP
