-- How many rows of each commune came too late.
-- Of every row, something newer is known: of its object, or that its commune no longer has it.
SELECT m.commune_code,
       count(*) FILTER (WHERE m.outdated OR (m.status = 'ignored' AND m.note = 'gone'))::integer AS outdated,
       count(*)::integer AS rows
FROM merge_row AS m
WHERE m.counted
GROUP BY m.commune_code
HAVING count(*) FILTER (WHERE m.outdated OR (m.status = 'ignored' AND m.note = 'gone')) > 0
ORDER BY m.commune_code
