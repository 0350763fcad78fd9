-- What is kept for every parcel, without what follows from something else: which run wrote a handle is said by the moment that it is
-- recorded at, and nobody asks which run locked an id or last spoke of an object.
-- Who merges ends first, and nobody begins meanwhile: else each would wait for what the other holds.
LOCK TABLE ledger.province_state IN EXCLUSIVE MODE;

ALTER TABLE land.parcel_alias DROP COLUMN run_id, DROP COLUMN closed_by_run;
ALTER TABLE land.national_id_claim DROP COLUMN run_id;
ALTER TABLE land.source_state DROP COLUMN run_id, DROP COLUMN recorded_at;

-- The handles of a parcel stand under one entry instead of one each: they are few, and lie together.
DROP INDEX land.parcel_alias_parcel;
CREATE INDEX parcel_alias_parcel ON land.parcel_alias (province_code, parcel_uid);

-- Whoever looks for the claim of a parcel has the id of the parcel.
DROP INDEX land.national_id_claim_parcel;
