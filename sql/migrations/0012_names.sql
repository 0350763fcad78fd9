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

-- A case goes on under another id where its parcel is named otherwise: when sheets got their old commune, and whenever a
-- handle becomes known. `case_id` is the one that it began with; its events and the decisions about it are written by it.
ALTER TABLE ledger.finding_case
    ADD COLUMN case_id uuid,
    ADD COLUMN former_ids uuid[] NOT NULL DEFAULT '{}';
UPDATE ledger.finding_case SET case_id = finding_id;
ALTER TABLE ledger.finding_case
    ALTER COLUMN case_id SET NOT NULL,
    ADD UNIQUE (case_id);
ALTER TABLE ledger.finding_event
    DROP CONSTRAINT finding_event_finding_id_fkey,
    DROP CONSTRAINT finding_event_because_check,
    ADD CONSTRAINT finding_event_because_check
        CHECK (because IN ('found', 'severity', 'renamed', 'mended', 'gone', 'superseded', 'dropped')),
    ADD FOREIGN KEY (finding_id) REFERENCES ledger.finding_case (case_id);
ALTER TABLE ledger.finding_exception
    DROP CONSTRAINT finding_exception_finding_id_fkey,
    ADD FOREIGN KEY (finding_id) REFERENCES ledger.finding_case (case_id);
CREATE FUNCTION ledger.begin_case() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    NEW.case_id := coalesce(NEW.case_id, NEW.finding_id);
    RETURN NEW;
END
$$;
CREATE TRIGGER begin_case BEFORE INSERT ON ledger.finding_case FOR EACH ROW EXECUTE FUNCTION ledger.begin_case();

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
CREATE INDEX parcel_alias_place ON land.parcel_alias (province_code, sheet_place) WHERE alias_kind = 'sheet';
