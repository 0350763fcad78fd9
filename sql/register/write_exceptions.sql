WITH decided AS (
    INSERT INTO ledger.finding_exception (finding_id, decision, actor, reason, valid_until, policy, decided_at)
    SELECT c.case_id, %(decision)s, %(actor)s, %(reason)s, %(until)s, %(policy)s, clock_timestamp()
    FROM ledger.finding_case AS c
    WHERE c.finding_id = ANY (%(ids)s::uuid[])
    ORDER BY c.finding_id
    RETURNING exception_id, finding_id, valid_until
)
UPDATE ledger.finding_case AS c
SET excused_until = d.valid_until,
    exception_id = CASE WHEN d.valid_until IS NOT NULL THEN d.exception_id END
FROM decided AS d
WHERE c.case_id = d.finding_id
