-- Beside which of these communes other provinces have, or had, a parcel: only there is land looked at. OFFSET keeps the planner to one
-- search of the index per commune and province.
CREATE TEMP TABLE hand_over_near ON COMMIT DROP AS
SELECT b.commune_code, other.code AS province_code
FROM hand_over_box AS b
CROSS JOIN unnest(%(other_provinces)s::text[]) AS other (code)
WHERE b.box IS NOT NULL
  AND (EXISTS (SELECT FROM land.parcel AS p WHERE p.province_code = other.code AND p.geom && b.box OFFSET 0)
       OR EXISTS (SELECT FROM land.parcel_version AS v WHERE v.province_code = other.code AND v.geom && b.box OFFSET 0))
