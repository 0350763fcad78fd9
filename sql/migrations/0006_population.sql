-- What the population database said of land users: every result as it came, what follows from them, and who brought them.

-- A land user's id in the province's own system: results name people by it. In the content hash only where there is
-- one, so that what was stored before hashes as it did.
ALTER TABLE land_private.land_user ADD COLUMN land_user_key text;
ALTER TABLE land_private.land_user_version ADD COLUMN land_user_key text;
CREATE INDEX land_user_key ON land_private.land_user (land_user_key) WHERE land_user_key IS NOT NULL;
DROP FUNCTION IF EXISTS land.land_user_hash(text, text, integer);

-- One per file imported. Evidence; both balances are checked before it commits, and here again. A file in which no
-- line named a province has lines nevertheless.
CREATE TABLE ledger.population_import (
    import_id bigint PRIMARY KEY,
    file_name text NOT NULL,
    file_sha256 text NOT NULL CHECK (file_sha256 ~ '^[0-9a-f]{64}$'),
    bytes bigint NOT NULL,
    actor text NOT NULL,
    imported_at timestamptz NOT NULL,
    lines bigint NOT NULL CHECK (lines >= 0),
    applied_new bigint NOT NULL CHECK (applied_new >= 0),
    applied_changed bigint NOT NULL CHECK (applied_changed >= 0),
    unchanged bigint NOT NULL CHECK (unchanged >= 0),
    late bigint NOT NULL CHECK (late >= 0),
    repeated bigint NOT NULL CHECK (repeated >= 0),
    contradicting bigint NOT NULL CHECK (contradicting >= 0),
    unknown bigint NOT NULL CHECK (unknown >= 0),
    malformed bigint NOT NULL CHECK (malformed >= 0),
    withdrawn bigint NOT NULL CHECK (withdrawn >= 0),
    CONSTRAINT lines_balance CHECK (lines = applied_new + applied_changed + unchanged + late + repeated
                                            + contradicting + unknown + malformed)
);

-- The land users of each province that an import was about, after it.
CREATE TABLE ledger.population_import_province (
    import_id bigint NOT NULL REFERENCES ledger.population_import (import_id),
    province_code text NOT NULL,
    lines bigint NOT NULL CHECK (lines > 0),
    land_users bigint NOT NULL CHECK (land_users >= 0),
    found bigint NOT NULL CHECK (found >= 0),
    mismatched bigint NOT NULL CHECK (mismatched >= 0),
    not_found bigint NOT NULL CHECK (not_found >= 0),
    not_sent bigint NOT NULL CHECK (not_sent >= 0),
    PRIMARY KEY (import_id, province_code),
    CONSTRAINT land_users_balance CHECK (land_users = found + mismatched + not_found + not_sent)
);

-- Every result that ever came, once: a set that only grows, so that the order of the files does not matter.
CREATE TABLE land_private.population_result (
    province_code text NOT NULL,
    source_system text NOT NULL,
    land_user_key text NOT NULL,
    checked_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('found', 'mismatched', 'not_found')),
    import_id bigint NOT NULL,
    PRIMARY KEY (province_code, source_system, land_user_key, checked_at, status)
) PARTITION BY LIST (province_code);

-- What follows from the results of a land user: the latest one that no other of the same moment contradicts. Worked out
-- anew at each import for whom it names; of people who are no land users yet as well: it counts once they are.
CREATE TABLE land_private.land_user_status (
    province_code text NOT NULL,
    source_system text NOT NULL,
    land_user_key text NOT NULL,
    status text NOT NULL CHECK (status IN ('found', 'mismatched', 'not_found')),
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (province_code, source_system, land_user_key)
) PARTITION BY LIST (province_code);

DO $$
DECLARE
    parent text;
    province text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['land_private.population_result', 'land_private.land_user_status'] LOOP
        FOREACH province IN ARRAY ARRAY[
            '01', '04', '08', '11', '12', '14', '15', '19', '20', '22', '24', '25', '31', '33', '37', '38', '40',
            '42', '44', '46', '48', '51', '52', '56', '66', '68', '75', '79', '80', '82', '86', '91', '92', '96']
        LOOP
            EXECUTE format('CREATE TABLE %s PARTITION OF %s FOR VALUES IN (%L)', parent || '_' || province, parent, province);
        END LOOP;
    END LOOP;
END
$$;
