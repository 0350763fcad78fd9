-- Every decision about these events, the first one first. What its own run confirmed is none: the event itself says so.
SELECT x.decides::text AS event_id, x.decision_no, x.state, x.legal_date, x.document, x.reason, x.decided_by, x.role, x.db_login,
       x.recorded_at
FROM land.lineage_event AS x
WHERE x.decides = ANY (%(ids)s::uuid[])
ORDER BY x.decides, x.recorded_at, x.decision_no
