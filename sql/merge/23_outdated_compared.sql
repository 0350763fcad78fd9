-- What comes too late changes nothing.
-- Accepted or held rows are ignored, refused ones stay refused and mark nothing.
UPDATE merge_row AS m
SET outdated = true,
    status = CASE WHEN m.status IN ('accept', 'held') THEN 'ignored' ELSE m.status END,
    note = CASE WHEN m.status IN ('accept', 'held') THEN 'older' END
FROM merge_known AS k
WHERE k.row_no = m.row_no
  AND (k.against_known < 0 OR (k.against_known = 0 AND NOT %(changes)s))
