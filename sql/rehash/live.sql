SELECT i.parcel_uid, i.item_no, i.recorded_from, 0 AS late_row, encode(i.content_hash, 'hex') AS stored, {columns}
FROM {table} AS i
WHERE i.province_code = {province}
  AND i.parcel_uid BETWEEN {low} AND {high}
