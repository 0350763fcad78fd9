-- What is there does not end.
-- What its own row ends does end.
DELETE FROM merge_ending AS e
USING merge_present AS x
WHERE x.parcel_uid = e.parcel_uid
  AND NOT e.by_row
