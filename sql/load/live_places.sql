-- How far delivered parcels lie from where they are live: per dataset the parcels found again, and the median
-- difference of their middles in degrees. A parcel is found by its source key, else by sheet and number.
SELECT
    w.commune_code,
    w.part_no,
    count(*) AS found,
    avg(w.lat) AS lat,
    percentile_cont(0.5) WITHIN GROUP (
        ORDER BY w.lon - (st_xmin(p.geom) + st_xmax(p.geom)) / 2
    ) AS east,
    percentile_cont(0.5) WITHIN GROUP (
        ORDER BY w.lat - (st_ymin(p.geom) + st_ymax(p.geom)) / 2
    ) AS north
FROM wanted_place AS w
JOIN land.parcel AS p
    ON
        p.province_code = %(province)s
        AND p.geom IS NOT NULL
        AND p.commune_code = w.commune_code
        AND CASE
            WHEN w.source_key IS NOT NULL AND p.source_key IS NOT NULL
                THEN p.source_system = w.source_system AND p.source_key = w.source_key
            ELSE p.sheet_no = w.sheet_no AND p.parcel_no = w.parcel_no
        END
GROUP BY w.commune_code, w.part_no
