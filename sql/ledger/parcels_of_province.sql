-- How many parcels of a province are live.
SELECT count(*)::integer AS parcels
FROM land.parcel AS p
WHERE p.province_code = %(province)s
