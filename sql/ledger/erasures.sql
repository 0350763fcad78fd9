-- Who was erased, in whose order; nothing here says who he was.
SELECT e.erasure_id, e.province_code, e.erased_ref::text AS erased_ref, e.after_sequence, e.actor, e.role, e.db_login, e.basis, e.reason,
       e.erased_at, e.parcels, e.living, e.closed, e.rights, e.results
FROM ledger.erasure AS e
WHERE (%(province)s::text IS NULL OR e.province_code = %(province)s)
ORDER BY e.province_code, e.erasure_id
