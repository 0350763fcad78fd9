-- What the run found in what went live, each case once: not in held communes, nor in rows that came too late. Of a seam
-- the commune with the lesser code first.
CREATE TEMP TABLE register_found ON COMMIT DROP AS
SELECT DISTINCT ON (f.finding_id)
       f.finding_id, f.check_code, f.severity, f.quarantines, f.measure, f.unit, f.width_mm, f.detail,
       CASE WHEN s.swapped THEN f.other_commune_code ELSE f.commune_code END AS commune_code,
       CASE WHEN s.swapped THEN f.commune_code ELSE f.other_commune_code END AS other_commune_code,
       CASE WHEN s.swapped THEN h.others ELSE h.own END AS handles,
       CASE WHEN s.swapped THEN h.own ELSE h.others END AS other_handles,
       CASE WHEN s.swapped THEN f.other_names ELSE f.names END AS names,
       CASE WHEN s.swapped THEN f.names ELSE f.other_names END AS other_names,
       f.former_id, f.stored_wkb
FROM merge_finding AS f
JOIN register_looked AS l ON l.commune_code = f.commune_code
LEFT JOIN merge_row AS m ON m.row_no = f.row_no
CROSS JOIN LATERAL (
    SELECT f.other_commune_code IS NOT NULL AND f.other_commune_code COLLATE "C" < f.commune_code COLLATE "C" AS swapped
) AS s
CROSS JOIN LATERAL (
    SELECT ARRAY(SELECT DISTINCT x.handle COLLATE "C"
                 FROM unnest(f.handle || CASE WHEN f.other_commune_code IS NULL THEN f.others END) AS x (handle)
                 WHERE x.handle IS NOT NULL ORDER BY 1) AS own,
           ARRAY(SELECT DISTINCT x.handle COLLATE "C"
                 FROM unnest(CASE WHEN f.other_commune_code IS NOT NULL THEN f.others END) AS x (handle)
                 WHERE x.handle IS NOT NULL ORDER BY 1) AS others
) AS h
WHERE NOT f.known
  AND coalesce(m.status NOT IN ('ignored', 'held') AND NOT m.outdated, true)
  AND (f.other_commune_code IS NULL
       OR EXISTS (SELECT FROM register_seam AS x
                  WHERE x.commune_code = f.commune_code AND x.other_commune_code = f.other_commune_code))
ORDER BY f.finding_id, f.commune_code COLLATE "C", f.row_no
