-- The provinces that ever had a run, and any other of which a counter says that parcels live there.
SELECT s.province_code FROM ledger.province_state AS s
UNION
SELECT k.province_code FROM land.commune_count AS k
ORDER BY province_code
