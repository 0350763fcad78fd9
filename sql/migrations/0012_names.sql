-- A case says exactly which parcels it is about. A handle as people know it, such as sheet 2 number 59, may be that of
-- parcels of several old communes, so what a run settles is found by these names and never by that.

-- `<kind>|<handle>` of land.parcel_alias, or `geometry|<commune>|<hash>` of a parcel that no handle names alone; empty of a
-- fault of the commune as a whole. Nobody knows any more which parcels the cases of before are about: they are named by
-- their handles until they are found again, or until their commune comes whole.
ALTER TABLE ledger.finding_case
    ADD COLUMN names text[] NOT NULL DEFAULT '{}',
    ADD COLUMN other_names text[] NOT NULL DEFAULT '{}';
UPDATE ledger.finding_case AS c
SET names = ARRAY(SELECT 'handle|' || h.handle FROM unnest(c.handles) AS h (handle)),
    other_names = ARRAY(SELECT 'handle|' || h.handle FROM unnest(c.other_handles) AS h (handle));
