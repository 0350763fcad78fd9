-- The same again is passed over, the same with other content refused.
-- With the same content a version is a repetition; with other content nobody can say which is right, and the one that is
-- live stays. A repeated ending confirms its tombstone.
UPDATE merge_row AS m
SET status = CASE WHEN tie.differs THEN 'quarantine' WHEN tie.gone THEN 'ignored' ELSE m.status END,
    merge_code = CASE WHEN tie.differs THEN 'CHG-CONFLICT' END,
    tombstone = tie.gone AND NOT tie.differs AND s.action = 'end',
    note = CASE WHEN tie.differs THEN NULL ELSE 'repeated' END
FROM merge_tie AS tie, {parcel} AS s
WHERE tie.row_no = m.row_no
  AND s.row_no = m.row_no
