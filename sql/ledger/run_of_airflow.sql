SELECT r.run_id FROM ledger.run AS r JOIN ledger.run_state AS s ON s.run_id = r.run_id
WHERE r.airflow_run_id = %(airflow_run_id)s
