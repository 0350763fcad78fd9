-- A parcel is asked for by its permanent name, and whoever asks does not know its province: the keys of partitioned tables begin with the
-- name, so that each partition answers with one probe. With the province first, each went through its whole index.
-- Who merges ends first, and nobody begins meanwhile: else each would wait for what the other holds.
LOCK TABLE ledger.province_state IN EXCLUSIVE MODE;

DO $$
DECLARE
    of record;
BEGIN
    FOR of IN
        SELECT c.conrelid::regclass AS of_table, c.conname,
               (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
                FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, place)
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
                WHERE k.place > 2) AS others
        FROM pg_catalog.pg_constraint AS c
        JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid = c.conrelid
        JOIN pg_catalog.pg_class AS r ON r.oid = c.conrelid
        JOIN pg_catalog.pg_attribute AS first ON first.attrelid = c.conrelid AND first.attnum = c.conkey[1]
        JOIN pg_catalog.pg_attribute AS second ON second.attrelid = c.conrelid AND second.attnum = c.conkey[2]
        WHERE c.contype = 'p'
          AND r.relnamespace IN ('land'::regnamespace, 'land_private'::regnamespace, 'ledger'::regnamespace)
          AND first.attname = 'province_code'
          AND second.attname = 'parcel_uid'
        ORDER BY 1
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD PRIMARY KEY (parcel_uid, province_code%s)',
                       of.of_table, of.conname, coalesce(', ' || of.others, ''));
    END LOOP;
END $$;

DROP INDEX land.parcel_alias_parcel;
CREATE INDEX parcel_alias_parcel ON land.parcel_alias (parcel_uid, province_code);
