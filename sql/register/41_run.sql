-- The counts of the run, for those who ask what it left.
INSERT INTO ledger.register_run (run_id, province_code, recorded_at, counts)
VALUES (%(run_id)s, %(province)s, %(now)s, %(counts)s)
