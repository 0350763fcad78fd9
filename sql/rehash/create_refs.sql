-- The pseudonyms and new hashes of some rows, by the key of the row; touched: the old hash was not that of its values.
CREATE TEMP TABLE rehash_hashes (
    parcel_uid uuid NOT NULL,
    item_no smallint NOT NULL,
    recorded_from timestamptz NOT NULL,
    late_row bigint NOT NULL,
    ref uuid NOT NULL,
    bound boolean NOT NULL,
    content_hash bytea NOT NULL,
    touched boolean NOT NULL
)
