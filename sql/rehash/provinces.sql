-- The provinces of which a land user or a certificate is stored, or was once.
SELECT p.province_code
FROM ledger.province_state AS p
WHERE EXISTS (SELECT FROM land_private.land_user AS x WHERE x.province_code = p.province_code)
   OR EXISTS (SELECT FROM land_private.land_user_version AS x WHERE x.province_code = p.province_code)
   OR EXISTS (SELECT FROM land_private.certificate AS x WHERE x.province_code = p.province_code)
   OR EXISTS (SELECT FROM land_private.certificate_version AS x WHERE x.province_code = p.province_code)
ORDER BY p.province_code
