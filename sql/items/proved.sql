    SELECT i.parcel_uid, {record} AS record, i.item_no, {proved} AS content_hash
    FROM {live} AS i WHERE i.province_code = %(province)s
