-- From here on no program of before that is still running can store a parcel that would seem to change with its handles.
ALTER TABLE ledger.manifest ALTER COLUMN handle_hash SET NOT NULL;
ALTER TABLE land.parcel ADD CONSTRAINT parcel_without_handles CHECK (hash_version >= 2);
ALTER TABLE land.parcel_version ADD CONSTRAINT parcel_version_without_handles CHECK (hash_version >= 2);
