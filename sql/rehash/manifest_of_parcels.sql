-- What the manifest says of a parcel: what agreed with its values agrees, and what did not does not.
UPDATE ledger.manifest AS f
SET content_hash = CASE WHEN n.intact THEN n.now ELSE sha256(convert_to('landsync.parcel.v2.touched;', 'UTF8') || f.content_hash) END,
    handle_hash = CASE WHEN n.intact THEN n.handles ELSE sha256(convert_to('landsync.handles.v1.touched;', 'UTF8') || f.content_hash) END
FROM (
    SELECT m.parcel_uid, h.now, h.handles, coalesce(m.content_hash = h.before, false) AS intact
    FROM ledger.manifest AS m
    LEFT JOIN rehash_parcels AS h ON h.parcel_uid = m.parcel_uid
    WHERE m.province_code = %(province)s
) AS n
WHERE f.province_code = %(province)s
  AND f.parcel_uid = n.parcel_uid
