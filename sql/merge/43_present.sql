-- What this delivery shows to exist, in whatever state: it ends none of these.
-- A row that was not accepted shows every parcel that one of its handles names or fits: it could be any of them. A refused
-- one does not show what the source says is another object, nor does one that is here only to be present.
CREATE TEMP TABLE merge_present ON COMMIT DROP AS
SELECT m.parcel_uid
FROM merge_row AS m
WHERE m.status = 'accept'
UNION
SELECT seen.parcel_uid
FROM (
    SELECT m.row_no, m.status, m.counted, named.parcel_uid
    FROM merge_row AS m
    CROSS JOIN LATERAL (VALUES (m.parcel_uid), (m.source_uid), (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
    WHERE m.status <> 'accept'
    UNION
    SELECT m.row_no, m.status, m.counted, f.parcel_uid
    FROM merge_fit AS f
    JOIN merge_row AS m ON m.row_no = f.row_no
    WHERE m.status <> 'accept'
    UNION
    SELECT m.row_no, m.status, m.counted, b.parcel_uid
    FROM merge_by_land AS b
    JOIN merge_row AS m ON m.row_no = b.row_no
    WHERE m.status = 'held'
) AS seen
WHERE seen.parcel_uid IS NOT NULL
  AND NOT ((seen.status IN ('quarantine', 'unreadable') OR NOT seen.counted)
           AND EXISTS (SELECT FROM merge_other AS o WHERE o.row_no = seen.row_no AND o.parcel_uid = seen.parcel_uid AND NOT o.same_land))
