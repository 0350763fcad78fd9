-- The rows of this run that do not count: what they say came too late or is held, and what is live counts for them; or they
-- end a parcel.
SELECT m.commune_code, m.row_no, s.area_m2
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
WHERE m.counted
  AND m.commune_code = ANY (%(communes)s::text[])
  AND (m.status IN ('ignored', 'held', 'end') OR m.outdated)
ORDER BY m.row_no
