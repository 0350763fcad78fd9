    SELECT i.parcel_uid, {record} AS record, i.item_no, {said} AS content_hash
    FROM {live} AS i JOIN merge_touched AS t ON t.parcel_uid = i.parcel_uid WHERE i.province_code = %(province)s
