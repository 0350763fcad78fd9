-- Personal records are hashed under a key that no database holds, and only salted hashes of them leave their tables: an unkeyed
-- hash over a name and a number is tried out in minutes. What is stored is hashed anew by sync/load/rehash.py.
ALTER TABLE land_private.land_user
    ADD COLUMN salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) CHECK (octet_length(salt) = 16);
ALTER TABLE land_private.certificate
    ADD COLUMN salt bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) CHECK (octet_length(salt) = 16);

-- Under which key this database was written: by its fingerprint alone.
CREATE TABLE ledger.private_key (
    key_no smallint PRIMARY KEY DEFAULT 1 CHECK (key_no = 1),
    fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{16}$'),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A receipt of form 3 is hashed as one of form 2, and its lines' digests cover salted hashes; `rehash` is what leads from one to the other.
ALTER TABLE ledger.receipt DROP CONSTRAINT receipt_form_check, ADD CONSTRAINT receipt_form_check CHECK (form IN (1, 2, 3));
ALTER TABLE ledger.run DROP CONSTRAINT run_kind_check, ADD CONSTRAINT run_kind_check CHECK (kind IN ('sync', 'apply', 'rehash'));
