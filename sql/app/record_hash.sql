-- The content hash of a record, written for each from parcels/columns.py (sync/db/columns.py): the columns in their order;
-- those that joined later only as far as the last one that says something, so that what was stored before hashes as it did.
-- A function from before a column joined takes other arguments: it goes.
DO $$
DECLARE
    former regprocedure;
BEGIN
    FOR former IN
        SELECT p.oid
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = 'land'::regnamespace
          AND p.proname = '{record}_hash'
          AND p.proargnames <> string_to_array('{names}', ', ')
    LOOP
        EXECUTE 'DROP FUNCTION ' || former;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION land.{record}_hash({typed}) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(
    {text},
    'UTF8'));
