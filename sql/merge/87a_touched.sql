-- The parcels whose hashes the manifest has to say anew.
-- What this run wrote; and where a person let pass what others had done to a commune, all of it: the manifest is what reconcile compares with.
CREATE TEMP TABLE merge_touched ON COMMIT DROP AS
SELECT r.parcel_uid FROM merge_result AS r WHERE r.is_new OR r.version_changed OR r.handles_changed OR r.items_changed
UNION
SELECT p.parcel_uid FROM land.parcel AS p
WHERE p.province_code = %(province)s AND p.commune_code = ANY (%(foreign_hands_passed)s::text[])
