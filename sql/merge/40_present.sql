-- What this delivery shows to exist, in whatever state: it ends none of these.
-- A row that was not accepted shows every parcel that one of its handles names or fits: it could be any of them.
CREATE TEMP TABLE merge_present ON COMMIT DROP AS
SELECT DISTINCT seen.parcel_uid
FROM merge_row AS m
CROSS JOIN LATERAL (
    VALUES (m.parcel_uid),
           (CASE WHEN m.status <> 'accept' THEN m.source_uid END),
           (CASE WHEN m.status <> 'accept' THEN m.national_uid END),
           (CASE WHEN m.status <> 'accept' THEN m.sheet_uid END)
) AS seen (parcel_uid)
WHERE seen.parcel_uid IS NOT NULL
UNION
SELECT f.parcel_uid
FROM merge_fit AS f
JOIN merge_row AS m ON m.row_no = f.row_no
WHERE m.status <> 'accept'
