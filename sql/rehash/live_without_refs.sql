-- What is known of who has the parcels, with the system that says so: a key is one within its system.
SELECT i.parcel_uid, i.item_no, i.recorded_from, 0 AS late_row, encode(i.content_hash, 'hex') AS stored, p.source_system, {columns}
FROM {table} AS i
LEFT JOIN land.parcel AS p
       ON p.province_code = {province} AND p.parcel_uid = i.parcel_uid AND p.parcel_uid BETWEEN {low} AND {high}
WHERE i.province_code = {province}
  AND i.parcel_uid BETWEEN {low} AND {high}
