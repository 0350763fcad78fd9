INSERT INTO ledger.approval (run_id, communes, decision, actor, reason, stated_at, decided_at)
VALUES (%(run_id)s, %(communes)s, %(decision)s, %(actor)s, %(reason)s, %(stated_at)s, clock_timestamp())
