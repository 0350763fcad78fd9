-- What is stored of persons, with its hash: hashed again where the key is, which is not here.
SELECT coalesce(p.commune_code, 'items') AS commune, i.parcel_uid AS parcel, encode(i.content_hash, 'hex') AS stored, {columns}
FROM {table} AS i
LEFT JOIN land.parcel AS p ON p.province_code = i.province_code AND p.parcel_uid = i.parcel_uid
WHERE i.province_code = {province}
  AND i.parcel_uid BETWEEN {low} AND {high}
