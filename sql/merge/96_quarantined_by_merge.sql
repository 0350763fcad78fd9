-- The rows that only the merge could refuse.
-- Their findings are made and their communes' groups counted again before anything is committed.
SELECT m.commune_code, m.row_no, m.merge_code, s.has_error
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
WHERE m.merge_code IS NOT NULL
ORDER BY m.row_no
