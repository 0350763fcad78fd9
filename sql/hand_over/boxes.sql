-- The communes in which a parcel began or ended in this run, each with a box around these; none where there is no geometry.
CREATE TEMP TABLE hand_over_box ON COMMIT DROP AS
SELECT x.commune_code, ST_SetSRID(ST_Extent(x.geom)::geometry, 4756) AS box
FROM (
    SELECT r.commune_code, s.geom
    FROM merge_changing AS g
    JOIN merge_result AS r ON r.row_no = g.row_no
    JOIN {parcel} AS s ON s.row_no = r.row_no
    WHERE g.is_new
    UNION ALL
    SELECT v.commune_code, v.geom
    FROM merge_ending AS e
    JOIN land.parcel_version AS v
      ON v.province_code = %(province)s AND v.parcel_uid = e.parcel_uid AND v.recorded_to = %(now)s
     AND v.closed_because = 'ended' AND v.late_row = 0
) AS x
GROUP BY x.commune_code
