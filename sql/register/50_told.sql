-- What became of each case, for the report of the run. A case that somebody answers for is `accepted` there.
SELECT x.finding_id::text, c.check_code, c.commune_code, c.other_commune_code,
       CASE WHEN x.state IN ('new', 'open', 'returned') AND c.excused_until >= {as_of}::date AND NOT c.quarantines
            THEN 'accepted' ELSE x.state END AS state,
       to_char(c.first_seen_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
       to_char(c.state_since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
       c.excused_until, c.times_returned
FROM register_change AS x
JOIN ledger.finding_case AS c ON c.finding_id = x.finding_id
ORDER BY x.finding_id
