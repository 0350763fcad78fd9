-- The last runs of the province before this one that went the same way: through the same stages but the report, each of them done, in
-- the same way. A stage counts in its last attempt.
WITH last_attempt AS (
    SELECT DISTINCT ON (s.run_id, s.stage) s.run_id, s.stage, s.outcome, c.way
    FROM ledger.stage AS s
    JOIN ledger.run AS r ON r.run_id = s.run_id
    LEFT JOIN ledger.stage_cost AS c ON c.run_id = s.run_id AND c.stage = s.stage AND c.attempt = s.attempt
    WHERE r.province_code = %(province)s
      AND s.stage <> 'report'
    ORDER BY s.run_id, s.stage, s.attempt DESC
), way AS (
    SELECT l.run_id, string_agg(concat_ws(': ', l.stage, l.way), ', ' ORDER BY l.stage) AS went,
           bool_and(l.outcome = 'done' AND l.way IS NOT NULL) AS whole
    FROM last_attempt AS l
    GROUP BY l.run_id
)
SELECT r.run_id
FROM ledger.run AS this
JOIN way AS mine ON mine.run_id = this.run_id
JOIN ledger.run AS r ON r.province_code = this.province_code AND r.started_at < this.started_at
JOIN way AS other ON other.run_id = r.run_id AND other.went = mine.went
WHERE this.run_id = %(run_id)s
  AND other.whole
ORDER BY r.started_at DESC
LIMIT %(runs)s
