-- The content of a parcel is what is said of it, and not by which key of which system it goes: these have a hash of their own in the
-- manifest. What is stored is hashed anew by sync/load/rehash.py.
-- Who merges ends first, and nobody begins meanwhile: else each would wait for what the other holds.
LOCK TABLE ledger.province_state IN EXCLUSIVE MODE;

ALTER TABLE ledger.manifest ADD COLUMN handle_hash bytea CHECK (octet_length(handle_hash) = 32);

-- Of form 4 the lines' digests cover the handles too.
ALTER TABLE ledger.receipt DROP CONSTRAINT receipt_form_check, ADD CONSTRAINT receipt_form_check CHECK (form IN (1, 2, 3, 4));
