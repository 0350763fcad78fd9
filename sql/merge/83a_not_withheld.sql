-- Parcels that are not without their id any more.
-- They have it now, have another one or none, or end.
DELETE FROM land.withheld_id AS w
USING (
    SELECT m.parcel_uid
    FROM merge_row AS m
    WHERE m.status = 'accept'
      AND NOT EXISTS (SELECT FROM merge_withheld AS x WHERE x.row_no = m.row_no)
    UNION ALL
    SELECT e.parcel_uid FROM merge_ending AS e
) AS now
WHERE w.province_code = %(province)s
  AND w.parcel_uid = now.parcel_uid
