SELECT x.decided_at AS at, x.decision, x.actor, x.reason, x.valid_until, x.policy
FROM ledger.finding_exception AS x
JOIN ledger.finding_case AS c ON c.case_id = x.finding_id
WHERE c.finding_id = %(id)s::uuid
ORDER BY x.exception_id
