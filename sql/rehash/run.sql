WITH begun AS (
    INSERT INTO ledger.run (run_id, province_code, kind, actor, dry_run, code_version, started_at)
    VALUES (%(run_id)s, %(province)s, 'rehash', 'landsync db migrate', false, %(code_version)s, %(now)s)
    RETURNING run_id
)
INSERT INTO ledger.run_state (run_id, state, updated_at, finished_at)
SELECT begun.run_id, 'done', %(now)s, %(now)s FROM begun
