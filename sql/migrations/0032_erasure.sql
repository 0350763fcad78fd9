-- Persons who were erased because a law or a decision wants it: that they were, by whom, on what; nothing here says who they were.
CREATE TABLE ledger.erasure (
    erasure_id bigint PRIMARY KEY CHECK (erasure_id > 0),
    province_code text NOT NULL,
    erased_ref uuid NOT NULL UNIQUE,
    after_sequence bigint NOT NULL CHECK (after_sequence >= 0),
    actor text NOT NULL CHECK (length(btrim(actor)) > 0),
    role text NOT NULL CHECK (role IN ('centre', 'unnamed')),
    db_login text NOT NULL,
    basis text NOT NULL CHECK (length(btrim(basis)) > 0),
    reason text NOT NULL CHECK (length(btrim(reason)) > 0),
    erased_at timestamptz NOT NULL,
    parcels bigint NOT NULL CHECK (parcels >= 0),
    living bigint NOT NULL CHECK (living >= 0),
    closed bigint NOT NULL CHECK (closed >= 0),
    rights bigint NOT NULL CHECK (rights >= 0),
    results bigint NOT NULL CHECK (results >= 0),
    CHECK (living + closed > 0)
);
CREATE INDEX erasure_receipt ON ledger.erasure (province_code, after_sequence);

-- What left a row's table before its person was erased: the manifest proves that, and still does.
ALTER TABLE land_private.land_user ADD COLUMN erased bytea CHECK (octet_length(erased) = 32);
ALTER TABLE land_private.land_right ADD COLUMN erased bytea CHECK (octet_length(erased) = 32);

-- Closed versions stay append-only, but for this: sql/app/append_only.sql makes the triggers anew.
DO $$
DECLARE
    guarded regclass;
BEGIN
    FOR guarded IN
        SELECT t.tgrelid
        FROM unnest(ARRAY['land_private.land_user_version', 'land_private.land_right_version', 'land_private.population_result']::regclass[])
             AS root
        CROSS JOIN LATERAL pg_catalog.pg_partition_tree(root) AS tree
        JOIN pg_catalog.pg_trigger AS t ON t.tgrelid = tree.relid AND t.tgname = 'append_only'
    LOOP
        EXECUTE format('DROP TRIGGER append_only ON %s', guarded);
    END LOOP;
END
$$;

-- Of form 6 a receipt says who was erased since the one before it.
ALTER TABLE ledger.receipt DROP CONSTRAINT receipt_form_check, ADD CONSTRAINT receipt_form_check CHECK (form IN (1, 2, 3, 4, 5, 6));
