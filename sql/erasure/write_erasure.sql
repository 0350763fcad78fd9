INSERT INTO ledger.erasure (
    erasure_id, province_code, erased_ref, after_sequence, actor, role, db_login, basis, reason, erased_at, parcels, living, closed, rights, results)
SELECT
    coalesce(max(e.erasure_id), 0) + 1, %(province)s, %(erased_ref)s::uuid, %(after_sequence)s, %(actor)s, %(role)s, session_user, %(basis)s, %(reason)s, %(now)s,
    %(parcels)s, %(living)s, %(closed)s, %(rights)s, %(results)s
FROM ledger.erasure AS e
RETURNING erasure_id
