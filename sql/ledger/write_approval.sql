INSERT INTO ledger.approval (run_id, communes, decision, actor, reason, decided_at)
VALUES (%(run_id)s, %(communes)s, %(decision)s, %(actor)s, %(reason)s, clock_timestamp())
