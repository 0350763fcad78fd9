-- Closed versions are append-only, and hashed anew this once: the triggers that say so, turned off (DISABLE) and on again (ENABLE).
-- What was turned off is on again with the transaction, also if that fails.
DO $$
DECLARE
    guarded regclass;
BEGIN
    FOR guarded IN
        SELECT t.tgrelid
        FROM pg_catalog.pg_trigger AS t
        WHERE t.tgname = 'append_only'
          AND t.tgrelid = ANY (%(tables)s::regclass[])
    LOOP
        EXECUTE format('ALTER TABLE %%s %%s TRIGGER append_only', guarded, %(turn)s);
    END LOOP;
END
$$
