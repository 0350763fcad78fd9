-- Rows that end a parcel, filed under the commune it lives in.
-- Those that say so, and those that show it in a commune whose later complete snapshot no longer does. Where nothing is
-- live the row leaves only a tombstone: an older one must not bring the object back.
UPDATE merge_row AS m
SET status = CASE WHEN k.live_commune IS NULL THEN 'ignored' ELSE 'end' END,
    commune_code = coalesce(k.live_commune, m.commune_code),
    tombstone = k.live_commune IS NULL,
    note = CASE WHEN s.action IS DISTINCT FROM 'end' THEN 'gone'
                WHEN k.live_commune IS NULL THEN 'end_of_unknown' END
FROM merge_known AS k, {parcel} AS s
WHERE k.row_no = m.row_no
  AND s.row_no = m.row_no
  AND m.status = 'accept'
  AND (s.action = 'end' OR k.against_absence < 0)
