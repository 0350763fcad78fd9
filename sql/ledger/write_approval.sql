INSERT INTO ledger.approval (
    run_id, communes, decision, actor, reason, stated_at, reading, role, db_login, parcels, waits, decided_at)
VALUES (
    %(run_id)s, %(communes)s, %(decision)s, %(actor)s, %(reason)s, %(stated_at)s, %(reading)s, %(role)s, session_user, %(parcels)s,
    %(waits)s, clock_timestamp())
