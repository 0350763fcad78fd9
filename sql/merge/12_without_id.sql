-- What is published of them has no id.
-- Their handle stays: by it the province's own rows are still known.
UPDATE {parcel} AS s
SET national_id = NULL,
    content_hash = CASE WHEN s.content_hash IS NOT NULL THEN land.parcel_hash({hashed_without_id}) END
FROM merge_withheld AS w
WHERE w.row_no = s.row_no
