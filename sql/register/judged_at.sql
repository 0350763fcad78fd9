-- When the judgement began to look: nothing that went live later was seen by it.
SELECT coalesce(
    (SELECT max(s.started_at) FROM ledger.stage AS s WHERE s.run_id = %(judged_by)s AND s.stage = 'check' AND s.outcome = 'done'),
    (SELECT r.started_at FROM ledger.run AS r WHERE r.run_id = %(judged_by)s)) AS judged_at
