-- Who is named now, for what.
SELECT d.actor, d.role, d.province_code, d.db_login, d.named_by, d.reason, d.decided_at
FROM (
    SELECT DISTINCT ON (x.actor, x.role, x.province_code)
           x.actor, x.role, x.province_code, x.db_login, x.named_by, x.reason, x.decided_at, x.decision
    FROM ledger.decider AS x
    ORDER BY x.actor, x.role, x.province_code, x.decider_id DESC
) AS d
WHERE d.decision = 'name'
ORDER BY d.role, d.province_code, d.actor
