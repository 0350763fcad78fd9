-- What hangs together by land gets one number: the least of those that it touches.
-- Whole groups at once, so that a chain of neighbours takes few rounds.
WITH node AS (
    SELECT uid, min(part) AS part
    FROM (SELECT o.parent_uid AS uid, o.part FROM {overlap} AS o
          UNION ALL
          SELECT o.child_uid, o.part FROM {overlap} AS o) AS x
    GROUP BY uid
), lower AS (
    SELECT o.part, min(least(p.part, c.part)) AS least_part
    FROM {overlap} AS o
    JOIN node AS p ON p.uid = o.parent_uid
    JOIN node AS c ON c.uid = o.child_uid
    GROUP BY o.part
)
UPDATE {overlap} AS o
SET part = l.least_part
FROM lower AS l
WHERE l.part = o.part
  AND l.least_part < o.part
