INSERT INTO ledger.change_set (run_id, province_code, source_system, sequence, since, until, observed_at, recorded_at)
VALUES (%(run_id)s, %(province)s, %(system)s, %(sequence)s, %(since)s, %(until)s, %(observed_at)s, %(now)s)
