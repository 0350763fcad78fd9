SELECT v.province_code
FROM (SELECT st_makeenvelope(min(b.west), min(b.south), max(b.east), max(b.north), 4756) AS box FROM pg_temp.wanted_box AS b OFFSET 0) AS whole
CROSS JOIN (SELECT DISTINCT r.province_code FROM land.province AS r WHERE r.province_code <> {not_province}) AS v
WHERE EXISTS (SELECT FROM land.parcel AS p WHERE p.province_code = v.province_code AND p.geom && whole.box OFFSET 0)
