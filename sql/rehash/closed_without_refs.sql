-- Who had the parcels earlier, with the system that spoke of the parcel then: its state of that moment, else of now, else its last.
SELECT i.parcel_uid, i.item_no, i.recorded_from, i.late_row, encode(i.content_hash, 'hex') AS stored,
       coalesce(v.source_system, p.source_system, z.source_system) AS source_system, {columns}
FROM {table} AS i
LEFT JOIN land.parcel AS p
       ON p.province_code = {province} AND p.parcel_uid = i.parcel_uid AND p.parcel_uid BETWEEN {low} AND {high}
LEFT JOIN LATERAL (
    SELECT x.source_system
    FROM land.parcel_version AS x
    WHERE x.province_code = {province}
      AND x.parcel_uid = i.parcel_uid
      AND x.recorded_from <= i.recorded_from
      AND i.recorded_from < x.recorded_to
    ORDER BY x.late_row
    LIMIT 1
) AS v ON true
LEFT JOIN LATERAL (
    SELECT x.source_system
    FROM land.parcel_version AS x
    WHERE x.province_code = {province}
      AND x.parcel_uid = i.parcel_uid
    ORDER BY x.recorded_to DESC
    LIMIT 1
) AS z ON p.parcel_uid IS NULL
WHERE i.province_code = {province}
  AND i.parcel_uid BETWEEN {low} AND {high}
