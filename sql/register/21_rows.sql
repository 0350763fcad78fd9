-- The delivered rows of the parcels of those cases, by handle as people know it. A row counts when what it says went
-- live or was refused; not when it came too late or is held.
CREATE TEMP TABLE register_row ON COMMIT DROP AS
WITH wanted AS (
    SELECT m.commune_code, unnest(m.handles) AS handle FROM register_missing AS m
    UNION
    SELECT m.other_commune_code, unnest(m.other_handles) FROM register_missing AS m WHERE m.other_commune_code IS NOT NULL
), delivered AS (
    SELECT CASE WHEN m.status = 'end' THEN m.commune_code ELSE s.dataset END AS commune_code, m.status, m.outdated,
           coalesce(s.source_key, s.national_alias,
                    CASE WHEN s.sheet_alias IS NOT NULL THEN s.sheet_no || '/' || s.parcel_no END) AS handle
    FROM {parcel} AS s
    JOIN merge_row AS m ON m.row_no = s.row_no
)
SELECT w.commune_code, w.handle,
       bool_or(d.status NOT IN ('ignored', 'held') AND NOT d.outdated) AS judged,
       bool_or(d.status = 'end') AS ended
FROM wanted AS w
JOIN delivered AS d ON d.handle = w.handle AND w.commune_code IN (d.commune_code, '-')
GROUP BY w.commune_code, w.handle
