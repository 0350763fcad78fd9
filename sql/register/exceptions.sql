SELECT x.decided_at AS at, x.decision, x.actor, x.reason, x.valid_until, x.policy
FROM ledger.finding_exception AS x
WHERE x.finding_id = %(id)s::uuid
ORDER BY x.exception_id
