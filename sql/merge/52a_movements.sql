-- Parcels that a row brings into another commune than they live in.
-- By their handles, where land does not contradict them; of what the gate holds too. By land alone, where no handle knows the
-- row and no row names the parcel but one that land contradicts. `joins`: not what crosses communes, roads and water.
CREATE TEMP TABLE merge_movement ON COMMIT DROP AS
SELECT x.row_no, x.parcel_uid, x.origin, x.target,
       NOT (split_part(coalesce(p.land_use, ''), '+', 1) = ANY (%(crossing)s::text[])
            OR split_part(coalesce(s.land_use, ''), '+', 1) = ANY (%(crossing)s::text[])) AS joins
FROM (
    SELECT g.row_no, g.parcel_uid, g.commune_before AS origin, g.commune_code AS target
    FROM merge_changing AS g
    WHERE g.commune_before <> g.commune_code
    UNION ALL
    SELECT m.row_no, m.parcel_uid, p.commune_code, m.commune_code
    FROM merge_row AS m
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
    WHERE m.status = 'held'
      AND m.note IS DISTINCT FROM 'contradicted'
      AND p.commune_code <> m.commune_code
    UNION ALL
    SELECT b.row_no, b.parcel_uid, p.commune_code, b.commune_code
    FROM merge_by_land AS b
    JOIN merge_row AS m ON m.row_no = b.row_no AND m.status = 'accept'
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = b.parcel_uid
    WHERE b.new
      AND b.sure
      AND p.commune_code <> b.commune_code
      AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = b.parcel_uid AND t.note IS DISTINCT FROM 'contradicted')
) AS x
JOIN merge_row AS m ON m.row_no = x.row_no AND m.counted
JOIN {parcel} AS s ON s.row_no = x.row_no
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = x.parcel_uid
WHERE x.target <> '-'
