-- Every commune this run could touch, with what it holds now.
-- Every one that the gate holds is among them, also where no row of it came. `endable`: declared complete, delivered, not held by the
-- gate, and nothing illegible in it (or in the delivery, where the commune itself is illegible). `absent`: it was declared complete and
-- did not come, and a person is to be asked; not known yet.
CREATE TEMP TABLE merge_commune ON COMMIT DROP AS
WITH touched AS (
    SELECT m.commune_code FROM merge_row AS m
    UNION
    SELECT p.commune_code
    FROM merge_row AS m
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid
    UNION
    SELECT p.commune_code
    FROM merge_by_land AS b
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = b.parcel_uid
    UNION
    SELECT h.commune_code FROM unnest(%(gate_held)s::text[]) AS h (commune_code)
), delivered AS (
    SELECT m.commune_code,
           count(*) AS row_count,
           count(*) FILTER (WHERE NOT m.identified) AS untied
    FROM merge_row AS m
    GROUP BY m.commune_code
), live AS (
    SELECT p.commune_code, count(*) AS parcels, sum(p.area_m2) AS area, count(p.stale_since) AS stale,
           count(*) - count(p.area_m2) AS without_geometry
    FROM land.parcel AS p
    WHERE p.province_code = %(province)s
      AND p.commune_code IN (SELECT t.commune_code FROM touched AS t)
    GROUP BY p.commune_code
)
SELECT t.commune_code,
       coalesce(c.valid_from, %(as_of)s::date) AS valid_from,
       coalesce(l.parcels, 0)::integer AS current_before,
       coalesce(l.area, 0)::numeric AS area_before,
       coalesce(l.stale, 0) AS stale_before,
       coalesce(l.without_geometry, 0) AS without_geometry_before,
       t.commune_code = ANY (%(gate_held)s::text[]) AS held,
       (coalesce(d.row_count, 0) > 0
        AND t.commune_code = ANY (%(complete_for)s::text[])
        AND NOT t.commune_code = ANY (%(gate_held)s::text[])
        AND coalesce(d.untied, 0) = 0
        AND NOT EXISTS (SELECT FROM delivered AS x WHERE x.commune_code = '-' AND x.untied > 0)) AS endable,
       false AS absent
FROM touched AS t
LEFT JOIN delivered AS d ON d.commune_code = t.commune_code
LEFT JOIN live AS l ON l.commune_code = t.commune_code
LEFT JOIN land.commune AS c
       ON c.commune_code = t.commune_code
      AND c.valid_from <= %(as_of)s::date
      AND (c.valid_to IS NULL OR c.valid_to > %(as_of)s::date)
