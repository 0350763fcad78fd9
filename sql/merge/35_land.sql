-- How the land of a row lies beside that of the parcel that its handles name, where it differs.
-- Of a parcel that ended, beside the land that it had last. `shared` is of the smaller of the two; `east` and `north` are how
-- far, in metres, the middle moved. Not of a parcel that was a road or water and still is: these are drawn in another place every year,
-- so their handles alone say which they are. With a use besides, or named by a temporary number alone, it is land like any other; so
-- it is where a person said that the commune's keys changed, and it lies exactly where another one lay.
CREATE TEMP TABLE merge_land ON COMMIT DROP AS
SELECT m.row_no, m.parcel_uid, m.commune_code, p.parcel_uid IS NULL AS ended, land.covered_share(was.geom, s.geom) AS shared,
       (ST_X(ST_Centroid(s.geom)) - ST_X(ST_Centroid(was.geom))) * 111320 * cosd(ST_Y(ST_Centroid(was.geom))) AS east,
       (ST_Y(ST_Centroid(s.geom)) - ST_Y(ST_Centroid(was.geom))) * 111320 AS north
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
LEFT JOIN LATERAL (
    SELECT v.geom, v.land_use
    FROM land.parcel_version AS v
    WHERE p.parcel_uid IS NULL AND v.province_code = %(province)s AND v.parcel_uid = m.parcel_uid AND v.late_row = 0
    ORDER BY v.recorded_to DESC
    LIMIT 1
) AS last ON true
CROSS JOIN LATERAL (SELECT coalesce(p.geom, last.geom) AS geom, coalesce(p.land_use, last.land_use) AS land_use) AS was
WHERE m.status = 'accept'
  AND m.parcel_uid IS NOT NULL
  AND p.content_hash IS DISTINCT FROM s.content_hash
  AND was.geom IS NOT NULL
  AND NOT was.geom ~= s.geom
  AND NOT (land.both_uses_in(was.land_use, s.land_use, %(crossing)s::text[])
           AND (coalesce(m.parcel_uid IN (m.source_uid, m.national_uid), false)
                OR NOT coalesce(s.parcel_no ~ %(temporary)s, false))
           AND NOT (m.commune_code = ANY (%(rekeyed)s::text[])
                    AND EXISTS (SELECT FROM land.parcel AS other
                                WHERE other.province_code = %(province)s
                                  AND other.parcel_uid <> m.parcel_uid
                                  AND other.geom && s.geom
                                  AND land.common_share(other.geom, s.geom) >= %(same_land_share)s)))
