-- Parcels that are no longer there leave the manifest.
-- Those that ended; and, in a commune where a person let pass what others had done to it, those that are gone.
DELETE FROM ledger.manifest AS f
USING (
    SELECT e.parcel_uid FROM merge_ending AS e
    UNION
    SELECT m.parcel_uid
    FROM ledger.manifest AS m
    WHERE m.province_code = %(province)s
      AND m.commune_code = ANY (%(foreign_hands_passed)s::text[])
      AND NOT EXISTS (SELECT FROM land.parcel AS p
                      WHERE p.province_code = %(province)s AND p.parcel_uid = m.parcel_uid)
) AS gone
WHERE f.province_code = %(province)s
  AND f.parcel_uid = gone.parcel_uid
