-- Whether anything was decided about a province since the run that judged what its last receipt is of: an event of lineage or who is erased,
-- by a person; what becomes of a case at a seam, by the run of a neighbour.
SELECT EXISTS (
           SELECT FROM land.lineage_event AS e
           JOIN land.lineage_event AS of ON of.event_id = e.decides
           WHERE e.state IN ('confirmed', 'refused')
             AND e.recorded_at > r.created_at
             AND (e.province_code = r.province_code OR of.province_code = r.province_code))
       OR EXISTS (
           SELECT FROM ledger.erasure AS x
           WHERE x.province_code = r.province_code
             AND x.after_sequence >= r.sequence)
       OR EXISTS (
           SELECT FROM ledger.finding_case AS c
           JOIN ledger.run AS by ON by.run_id = c.state_run_id AND by.province_code <> r.province_code
           WHERE (c.province_code = r.province_code OR c.other_province_code = r.province_code)
             AND c.state_since > r.created_at) AS decided
FROM ledger.receipt AS r
WHERE r.run_id = %(run_id)s
