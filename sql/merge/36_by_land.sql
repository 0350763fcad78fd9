-- Which living parcel a row is by its land alone, where its handles name land elsewhere, or nothing.
-- Only a parcel that no row names whose land agrees; each to the row that covers it most.
CREATE TEMP TABLE merge_by_land ON COMMIT DROP AS
WITH asked AS (
    SELECT m.row_no, m.commune_code, l.row_no IS NULL AS new
    FROM merge_row AS m
    LEFT JOIN merge_land AS l ON l.row_no = m.row_no
    WHERE m.status = 'accept'
      AND (m.parcel_uid IS NULL OR l.shared < %(apart_share)s)
), found AS (
    SELECT a.row_no, a.commune_code, a.new, p.parcel_uid, land.common_share(p.geom, s.geom) AS share
    FROM asked AS a
    JOIN {parcel} AS s ON s.row_no = a.row_no
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.geom && s.geom
    WHERE NOT EXISTS (SELECT FROM merge_row AS t
                      LEFT JOIN merge_land AS l ON l.row_no = t.row_no
                      WHERE t.parcel_uid = p.parcel_uid
                        AND coalesce(l.shared, 1) >= %(apart_share)s)
), best AS (
    SELECT DISTINCT ON (f.row_no) f.row_no, f.commune_code, f.new, f.parcel_uid, f.share
    FROM found AS f
    WHERE f.share >= %(same_land_share)s
    ORDER BY f.row_no, f.share DESC, f.parcel_uid
)
SELECT DISTINCT ON (b.parcel_uid) b.row_no, b.commune_code, b.new, b.parcel_uid
FROM best AS b
ORDER BY b.parcel_uid, b.share DESC, b.row_no
