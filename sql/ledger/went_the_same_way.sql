-- The last runs of a run's province before it that went the same way: through the same stages but the report, each of them done, in
-- the same way. A stage counts in its last attempt. Older runs than the last few hundred say nothing of today.
WITH recent AS (
    SELECT r.run_id, r.started_at
    FROM ledger.run AS this
    JOIN ledger.run AS r ON r.province_code = this.province_code AND r.started_at <= this.started_at
    WHERE this.run_id = %(run_id)s
    ORDER BY r.started_at DESC
    LIMIT 300
), last_attempt AS (
    SELECT DISTINCT ON (s.run_id, s.stage) s.run_id, s.stage, s.outcome, c.way
    FROM recent AS r
    JOIN ledger.stage AS s ON s.run_id = r.run_id
    LEFT JOIN ledger.stage_cost AS c ON c.run_id = s.run_id AND c.stage = s.stage AND c.attempt = s.attempt
    WHERE s.stage <> 'report'
    ORDER BY s.run_id, s.stage, s.attempt DESC
), way AS (
    SELECT l.run_id, string_agg(concat_ws(': ', l.stage, l.way), ', ' ORDER BY l.stage) AS went,
           bool_and(l.outcome = 'done' AND l.way IS NOT NULL) AS whole
    FROM last_attempt AS l
    GROUP BY l.run_id
)
SELECT r.run_id
FROM way AS mine
JOIN way AS other ON other.went = mine.went AND other.run_id <> mine.run_id AND other.whole
JOIN recent AS r ON r.run_id = other.run_id
WHERE mine.run_id = %(run_id)s
ORDER BY r.started_at DESC
LIMIT %(runs)s
