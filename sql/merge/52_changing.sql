-- What would change: a row each, with where its land goes.
-- New parcels, parcels that come from another commune or another one of the same code, and those of which anything differs.
-- dx, dy (m, east and north): how far the centre of its land moves, where the land differs, in communes that were live
-- before. `returned`: an ended parcel comes back as it once was. `handles_changed`: its key or its source system is another one,
-- which is no content. `id_changes`: it has another published id, or none any more; `takes_id`: it has one that it had not.
CREATE TEMP TABLE merge_changing ON COMMIT DROP AS
SELECT m.row_no,
       m.parcel_uid,
       m.commune_code,
       p.commune_code AS commune_before,
       p.parcel_uid IS NULL AS is_new,
       p.parcel_uid IS NULL AND m.source_uid IS NOT NULL
           AND EXISTS (SELECT FROM land.parcel_version AS v
                       WHERE v.province_code = %(province)s AND v.parcel_uid = m.parcel_uid AND v.content_hash = s.content_hash
                         AND v.commune_code = s.commune_code)
           AS returned,
       p.parcel_uid IS NOT NULL
           AND (p.content_hash IS DISTINCT FROM s.content_hash
                OR p.commune_code <> m.commune_code
                OR p.commune_valid_from IS DISTINCT FROM c.valid_from) AS version_changed,
       p.parcel_uid IS NOT NULL
           AND (p.source_system, p.source_key) IS DISTINCT FROM (s.source_system, s.source_key) AS handles_changed,
       p.national_id IS DISTINCT FROM s.national_id AS id_changes,
       s.national_id IS NOT NULL AND p.national_id IS DISTINCT FROM s.national_id AS takes_id,
       p.area_m2 AS area_before,
       s.area_m2 AS area_after,
       (public.ST_X(there.point) - public.ST_X(here.point)) * 111320 * cos(radians(public.ST_Y(there.point))) AS dx,
       (public.ST_Y(there.point) - public.ST_Y(here.point)) * 110574 AS dy,
       there.point
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
JOIN merge_commune AS c ON c.commune_code = m.commune_code
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
LEFT JOIN (
    -- A join, not IN: what does not fit into the memory of a statement would be gone through row by row.
    {differing}
) AS d ON d.parcel_uid = m.parcel_uid
LEFT JOIN LATERAL (SELECT public.ST_Centroid(p.geom) AS point) AS here ON c.current_before > 0 AND p.geom IS DISTINCT FROM s.geom
LEFT JOIN LATERAL (SELECT public.ST_Centroid(s.geom) AS point) AS there ON c.current_before > 0 AND p.geom IS DISTINCT FROM s.geom
WHERE m.status = 'accept'
  AND (p.content_hash IS DISTINCT FROM s.content_hash
       OR p.commune_code <> m.commune_code
       OR p.commune_valid_from IS DISTINCT FROM c.valid_from
       OR (p.source_system, p.source_key) IS DISTINCT FROM (s.source_system, s.source_key)
       OR d.parcel_uid IS NOT NULL)
