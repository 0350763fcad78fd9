INSERT INTO ledger.run (
    run_id, province_code, kind, actor, dry_run, requested, parent_run_id, communes, stated_at, reading, airflow_run_id, code_version, started_at)
VALUES (%(run_id)s, %(province)s, %(kind)s, %(actor)s, %(dry_run)s, %(requested)s, %(parent_run_id)s, %(communes)s, %(stated_at)s,
        %(reading)s, %(airflow_run_id)s, %(code_version)s, clock_timestamp())
