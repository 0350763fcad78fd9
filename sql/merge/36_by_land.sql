-- Which living parcel a row is by its land alone, where its handles name land elsewhere, or nothing.
-- Only a parcel that no row names whose land agrees, or of whose commune a person said that land was corrected (by more than a temporary
-- number); the one whose land is most alike, on both sides. `sure`: of several registered units on one land, the one that an id or a number names too. Land does not
-- tell units apart: a row that is not sure could be any. Not what the source says is another object, by another key, unless its
-- commune came whole without it; in a change set never.
CREATE TEMP TABLE merge_by_land ON COMMIT DROP AS
WITH asked AS MATERIALIZED (
    SELECT m.row_no, m.commune_code, m.source_alias, m.national_uid, m.sheet_uid, true AS new, s.geom
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    WHERE m.status = 'accept' AND m.parcel_uid IS NULL AND NOT %(changes)s
    UNION ALL
    SELECT m.row_no, m.commune_code, m.source_alias, m.national_uid, m.sheet_uid, false, s.geom
    FROM merge_land AS l
    JOIN merge_row AS m ON m.row_no = l.row_no
    JOIN {parcel} AS s ON s.row_no = l.row_no
    WHERE l.shared < %(apart_share)s AND m.status = 'accept'
), found AS (
    -- OFFSET keeps the planner to one search of the index of geometries per row that asks, and to none where none does. The province
    -- is told by what it is not: that is in no index that it might go through whole.
    SELECT a.row_no, a.commune_code, a.new, p.parcel_uid, land.common_share(p.geom, a.geom) AS share,
           p.parcel_uid IS NOT DISTINCT FROM a.national_uid OR p.parcel_uid IS NOT DISTINCT FROM a.sheet_uid AS named
    FROM asked AS a
    CROSS JOIN LATERAL (
        SELECT q.parcel_uid, q.commune_code, q.geom
        FROM land.parcel AS q
        WHERE NOT q.province_code = ANY (%(other_provinces)s::text[])
          AND q.geom && a.geom
        OFFSET 0
    ) AS p
    WHERE NOT EXISTS (SELECT FROM merge_row AS t
                      JOIN {parcel} AS own ON own.row_no = t.row_no
                      LEFT JOIN merge_land AS l ON l.row_no = t.row_no
                      WHERE t.parcel_uid = p.parcel_uid
                        AND (coalesce(l.shared, 1) >= %(apart_share)s
                             OR t.commune_code = ANY (%(moved)s::text[])
                                AND (own.parcel_no !~ %(temporary)s OR p.parcel_uid IN (t.source_uid, t.national_uid))))
      AND (NOT a.new
           OR p.commune_code = ANY (%(complete_for)s::text[])
           OR NOT EXISTS (SELECT FROM land.parcel_alias AS own
                          WHERE own.province_code = %(province)s
                            AND own.parcel_uid = p.parcel_uid
                            AND own.alias_kind = 'source_key'
                            AND own.recorded_to IS NULL
                            AND own.alias_value <> a.source_alias
                            AND split_part(own.alias_value, '|', 1) = split_part(a.source_alias, '|', 1)))
), of_row AS (
    SELECT f.row_no, f.commune_code, f.new, f.parcel_uid, f.share, f.named,
           rank() OVER (PARTITION BY f.row_no ORDER BY round(f.share::numeric, 3) DESC) AS place
    FROM found AS f
    WHERE f.share >= %(same_land_share)s
), of_parcel AS (
    SELECT r.row_no, r.commune_code, r.new, r.parcel_uid, r.named,
           rank() OVER (PARTITION BY r.parcel_uid ORDER BY round(r.share::numeric, 3) DESC) AS place
    FROM of_row AS r
    WHERE r.place = 1
), told AS (
    SELECT p.row_no, p.commune_code, p.new, p.parcel_uid,
           p.named OR NOT (bool_or(p.named) OVER (PARTITION BY p.row_no) OR bool_or(p.named) OVER (PARTITION BY p.parcel_uid)) AS fits
    FROM of_parcel AS p
    WHERE p.place = 1
)
SELECT t.row_no, t.commune_code, t.new, t.parcel_uid,
       t.fits AND count(*) FILTER (WHERE t.fits) OVER (PARTITION BY t.row_no) = 1
           AND count(*) FILTER (WHERE t.fits) OVER (PARTITION BY t.parcel_uid) = 1 AS sure
FROM told AS t
