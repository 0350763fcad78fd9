-- Of two who decide about a run at once the second waits here, and sees what the first decided.
SELECT s.commune_code
FROM ledger.hold_state AS s
WHERE s.run_id = %(run_id)s
ORDER BY s.commune_code
FOR UPDATE
