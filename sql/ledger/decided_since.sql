-- Whether a person decided anything about a province's land since its last receipt: an event of lineage, or who is erased.
SELECT EXISTS (
           SELECT FROM land.lineage_event AS e
           JOIN land.lineage_event AS of ON of.event_id = e.decides
           WHERE e.decides IS NOT NULL
             AND e.recorded_at > %(since)s
             AND (e.province_code = %(province)s OR of.province_code = %(province)s))
       OR EXISTS (
           SELECT FROM ledger.erasure AS x
           WHERE x.province_code = %(province)s
             AND x.after_sequence >= %(sequence)s) AS decided
