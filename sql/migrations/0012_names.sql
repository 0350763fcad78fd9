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

-- Sheets of a merged commune are numbered from 1 again, so the old commune that a sheet was drawn for belongs to its handle:
-- `<commune>|<valid_from>|<old_commune>|<map_set>|<scale>|<sheet>|<number>`. Known is it of parcels that were delivered with
-- the codes of before; of the others it is empty. `sheet_place` is the part of the handle that is never unknown.
ALTER TABLE land.parcel_alias
    ADD COLUMN sheet_place text,
    ADD COLUMN old_commune_code text;
UPDATE land.parcel_alias AS a
SET old_commune_code = c.old_code
FROM (
    SELECT DISTINCT ON (x.province_code, x.parcel_uid) x.province_code, x.parcel_uid, x.old_code, x.new_code
    FROM land.parcel_conversion AS x
    ORDER BY x.province_code, x.parcel_uid, x.recorded_at DESC
) AS c
WHERE a.alias_kind = 'sheet'
  AND c.province_code = a.province_code
  AND c.parcel_uid = a.parcel_uid
  AND c.new_code = split_part(a.alias_value, '|', 1);
UPDATE land.parcel_alias AS a
SET alias_value = regexp_replace(a.alias_value, '^([^|]*\|[^|]*\|)', '\1' || coalesce(a.old_commune_code, '') || '|'),
    sheet_place = regexp_replace(a.alias_value, '^([^|]*\|[^|]*)\|(?:[^|\\]|\\.)*\|(?:[^|\\]|\\.)*\|', '\1|')
WHERE a.alias_kind = 'sheet';
ALTER TABLE land.parcel_alias ADD CHECK ((alias_kind = 'sheet') = (sheet_place IS NOT NULL));
CREATE INDEX parcel_alias_place ON land.parcel_alias (province_code, sheet_place) WHERE alias_kind = 'sheet' AND recorded_to IS NULL;
