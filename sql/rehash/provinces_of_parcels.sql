-- The provinces of which a parcel is stored, or was once.
SELECT s.province_code
FROM ledger.province_state AS s
WHERE EXISTS (SELECT FROM land.parcel AS x WHERE x.province_code = s.province_code)
   OR EXISTS (SELECT FROM land.parcel_version AS x WHERE x.province_code = s.province_code)
   OR EXISTS (SELECT FROM ledger.manifest AS x WHERE x.province_code = s.province_code)
ORDER BY s.province_code
