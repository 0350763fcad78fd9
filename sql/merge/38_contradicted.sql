-- How many rows of each commune land contradicts, and how many it knows by another name.
-- `named`: rows with land that their handles say are a living parcel. `apart`: of these, the ones whose land lies elsewhere; `known`: of
-- those, the ones whose land is another living parcel's. `renamed`: rows that no handle knows on the land of a parcel of their
-- commune that the delivery, complete for it, no longer has; not roads and water on the land of such.
SELECT named.commune_code,
       named.named::integer,
       coalesce(apart.apart, 0)::integer AS apart,
       coalesce(apart.known, 0)::integer AS known,
       coalesce(renamed.renamed, 0)::integer AS renamed
FROM (
    SELECT m.commune_code, count(m.parcel_uid) FILTER (WHERE NOT m.without_geometry) AS named
    FROM merge_row AS m
    WHERE m.status = 'accept'
    GROUP BY m.commune_code
) AS named
LEFT JOIN (
    SELECT l.commune_code, count(DISTINCT l.row_no) AS apart, count(DISTINCT b.row_no) AS known
    FROM merge_land AS l
    LEFT JOIN merge_by_land AS b ON b.row_no = l.row_no
    WHERE NOT l.ended
      AND l.shared < %(apart_share)s
    GROUP BY l.commune_code
) AS apart ON apart.commune_code = named.commune_code
LEFT JOIN (
    SELECT b.commune_code, count(DISTINCT b.row_no) AS renamed
    FROM merge_by_land AS b
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = b.parcel_uid AND p.commune_code = b.commune_code
    JOIN {parcel} AS s ON s.row_no = b.row_no
    WHERE b.new
      AND b.commune_code = ANY (%(complete_for)s::text[])
      AND NOT EXISTS (SELECT FROM merge_row AS t WHERE t.parcel_uid = b.parcel_uid)
      AND NOT land.both_uses_in(p.land_use, s.land_use, %(crossing)s::text[])
    GROUP BY b.commune_code
) AS renamed ON renamed.commune_code = named.commune_code
WHERE coalesce(apart.apart, 0) > 0
   OR coalesce(renamed.renamed, 0) > 0
