-- Rows that end a parcel, each filed under the commune that the parcel lives in: those that say so, and those that
-- move a parcel into a commune whose later complete snapshot no longer shows it. An end of what is not live leaves
-- only its tombstone.
UPDATE merge_row AS m
SET status = CASE WHEN k.live_commune IS NULL THEN 'ignored' ELSE 'end' END,
    commune_code = coalesce(k.live_commune, m.commune_code),
    tombstone = k.live_commune IS NULL,
    absent_at = CASE WHEN s.action IS DISTINCT FROM 'end' THEN k.absent_at END,
    note = CASE WHEN k.live_commune IS NULL THEN 'end_of_unknown' ELSE m.note END
FROM merge_known AS k, {parcel} AS s
WHERE k.row_no = m.row_no
  AND s.row_no = m.row_no
  AND m.status = 'accept'
  AND (s.action = 'end' OR k.against_absence < 0)
