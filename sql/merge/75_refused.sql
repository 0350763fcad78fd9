-- The parcels that refused rows name or fit, but for what the source says is another object.
-- Not of rows that came too late, that are here only to be present, or that wait with their commune. The parcel that a row is by
-- the rules, renamed in the same set, is its own whatever its key says.
CREATE TEMP TABLE merge_refused ON COMMIT DROP AS
SELECT DISTINCT named.parcel_uid
FROM merge_row AS m
JOIN (
    SELECT h.row_no, handle.parcel_uid
    FROM merge_row AS h
    CROSS JOIN LATERAL (VALUES (h.parcel_uid), (h.source_uid), (h.national_uid), (h.sheet_uid)) AS handle (parcel_uid)
    WHERE h.status IN ('quarantine', 'unreadable')
    UNION
    SELECT f.row_no, f.parcel_uid FROM merge_fit AS f
) AS named ON named.row_no = m.row_no
WHERE m.status IN ('quarantine', 'unreadable')
  AND NOT m.outdated
  AND m.counted
  AND NOT EXISTS (SELECT FROM merge_commune AS c WHERE c.commune_code = m.commune_code AND c.held)
  AND named.parcel_uid IS NOT NULL
  AND (named.parcel_uid IS NOT DISTINCT FROM m.parcel_uid
       OR NOT EXISTS (SELECT FROM merge_other AS o
                      WHERE o.row_no = m.row_no AND o.parcel_uid = named.parcel_uid AND (%(changes)s OR NOT o.same_land)))
