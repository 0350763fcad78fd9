-- What the runs of the last days changed of each commune of a province, added up; `out_of`: its parcels when they began.
-- From the last time on that a person let something of the commune pass: what was looked at is not counted again.
WITH lately AS (
    SELECT r.run_id, r.created_at, x.kind
    FROM ledger.receipt AS r
    JOIN ledger.run AS x ON x.run_id = r.run_id
    WHERE r.province_code = %(province)s
      AND r.created_at > %(now)s::timestamptz - make_interval(days => %(days)s)
), passed AS (
    SELECT l.commune_code, max(r.created_at) AS at
    FROM lately AS r
    JOIN ledger.receipt_line AS l ON l.run_id = r.run_id
    WHERE r.kind = 'apply'
    GROUP BY l.commune_code
), line AS (
    SELECT l.run_id, l.commune_code, r.created_at, l.current_before,
           l.ended + l.ended_by_row + l.moved_out AS lost, l.new + l.moved_in AS gained
    FROM lately AS r
    JOIN ledger.receipt_line AS l ON l.run_id = r.run_id
    LEFT JOIN passed AS p ON p.commune_code = l.commune_code
    WHERE r.kind = 'sync'
      AND l.current_before > 0
      AND r.created_at > coalesce(p.at, '-infinity')
), base AS (
    SELECT DISTINCT ON (l.commune_code) l.commune_code, l.current_before AS parcels
    FROM line AS l
    ORDER BY l.commune_code, l.created_at
), added AS (
    SELECT l.commune_code, 'LOSS' AS code, NULL AS column_group, sum(l.lost) AS amount FROM line AS l GROUP BY l.commune_code
    UNION ALL
    SELECT l.commune_code, 'GROWTH', NULL, sum(l.gained) FROM line AS l GROUP BY l.commune_code
    UNION ALL
    SELECT l.commune_code, x.code, c.column_group, sum(x.amount)
    FROM line AS l
    JOIN ledger.receipt_column AS c ON c.run_id = l.run_id AND c.commune_code = l.commune_code
    CROSS JOIN LATERAL (VALUES ('CHANGED', c.changed), ('EMPTIED', c.emptied)) AS x (code, amount)
    GROUP BY l.commune_code, x.code, c.column_group
)
SELECT a.commune_code, a.code, a.column_group, a.amount::float AS amount, b.parcels::float AS out_of
FROM added AS a
JOIN base AS b ON b.commune_code = a.commune_code
WHERE a.amount > 0
