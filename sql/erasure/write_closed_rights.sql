UPDATE land_private.land_right_version AS r
SET user_ref = %(erased_ref)s::uuid,
    content_hash = e.content_hash
FROM erasing_right AS e
WHERE r.province_code = %(province)s
  AND r.parcel_uid = e.parcel_uid
  AND r.item_no = e.item_no
  AND r.recorded_from = e.recorded_from
  AND r.late_row = e.late_row
