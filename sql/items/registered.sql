    SELECT {group} AS record, i.item_no
    FROM {live} AS i
    WHERE i.province_code = m.province_code AND i.parcel_uid = m.parent_uid AND i.recorded_from = m.recorded_at AND m.late_row = 0
    UNION ALL
    SELECT {group}, i.item_no
    FROM {version} AS i
    WHERE i.province_code = m.province_code AND i.parcel_uid = m.parent_uid AND i.late_row = m.late_row
      AND m.recorded_at IN (i.recorded_from, i.recorded_to)
