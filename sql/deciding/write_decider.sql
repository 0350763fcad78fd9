INSERT INTO ledger.decider (actor, role, province_code, db_login, decision, named_by, reason, decided_at)
VALUES (%(actor)s, %(role)s, %(province)s, %(db_login)s, %(decision)s, %(named_by)s, %(reason)s, clock_timestamp())
