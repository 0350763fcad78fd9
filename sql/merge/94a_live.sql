-- What lives in each commune now.
-- Counted once: for the receipt, whose balances it must keep, and for the counters.
CREATE TEMP TABLE merge_live ON COMMIT DROP AS
SELECT p.commune_code, count(*) AS parcels, sum(p.area_m2) AS area, count(p.stale_since) AS stale,
       count(*) - count(p.area_m2) AS without_geometry
FROM land.parcel AS p
WHERE p.province_code = %(province)s
  AND p.commune_code IN (SELECT c.commune_code FROM merge_commune AS c)
GROUP BY p.commune_code
