INSERT INTO ledger.erasure (
    province_code, erased_ref, after_sequence, actor, role, db_login, basis, reason, erased_at, parcels, living, closed, rights, results)
VALUES (
    %(province)s, %(erased_ref)s::uuid, %(after_sequence)s, %(actor)s, %(role)s, session_user, %(basis)s, %(reason)s, %(now)s,
    %(parcels)s, %(living)s, %(closed)s, %(rights)s, %(results)s)
RETURNING erasure_id
