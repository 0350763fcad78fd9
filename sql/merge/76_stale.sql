-- The last good version stays live beside a refused row, and says since when it is old.
-- Not where another row of it is accepted, and not in held communes, which are as they were. A refused row may name a parcel of a
-- commune that this run does not touch otherwise: its counter is told here.
WITH aged AS (
    UPDATE land.parcel AS p
    SET stale_since = %(now)s
    FROM (
        SELECT named.parcel_uid FROM merge_refused AS named
        EXCEPT
        SELECT r.parcel_uid FROM merge_result AS r
    ) AS refused
    WHERE p.province_code = %(province)s
      AND p.parcel_uid = refused.parcel_uid
      AND p.stale_since IS NULL
      AND NOT EXISTS (SELECT FROM merge_commune AS c WHERE c.commune_code = p.commune_code AND c.held)
    RETURNING p.commune_code
)
UPDATE land.commune_count AS k
SET stale_parcels = k.stale_parcels + a.parcels
FROM (SELECT x.commune_code, count(*) AS parcels FROM aged AS x GROUP BY x.commune_code) AS a
WHERE k.province_code = %(province)s
  AND k.commune_code = a.commune_code
