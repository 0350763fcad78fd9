-- What becomes of every accepted row.
-- A parcel that is in another commune now, or in another one of the same code, has a new version too. What would change is
-- known since it was measured: all others are as they were, their area too.
CREATE TEMP TABLE merge_result ON COMMIT DROP AS
SELECT m.row_no,
       m.parcel_uid,
       m.commune_code,
       nullif(g.commune_before, m.commune_code) AS moved_from,
       CASE WHEN g.row_no IS NULL THEN s.area_m2 ELSE g.area_before END AS area_before,
       s.area_m2 AS area_after,
       coalesce(g.is_new, false) AS is_new,
       coalesce(g.version_changed, false) AS version_changed,
       coalesce(g.handles_changed, false) AS handles_changed,
       items.parcel_uid IS NOT NULL AS items_changed
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
LEFT JOIN merge_changing AS g ON g.row_no = m.row_no
LEFT JOIN (
    {differing}
) AS items ON items.parcel_uid = m.parcel_uid
WHERE m.status = 'accept'
