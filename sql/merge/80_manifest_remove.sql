DELETE FROM ledger.manifest AS f
USING merge_ending AS e
WHERE f.province_code = %(province)s
  AND f.parcel_uid = e.parcel_uid
