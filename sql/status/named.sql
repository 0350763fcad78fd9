-- How these living parcels are called, in their commune.
SELECT p.province_code, p.parcel_uid::text AS parcel_uid,
       p.commune_code || '/' || coalesce(p.sheet_no || '/' || p.parcel_no, p.source_key, p.parcel_uid::text) AS parcel
FROM unnest(%(provinces)s::text[], %(parcels)s::uuid[]) AS n (province_code, parcel_uid)
JOIN land.parcel AS p ON p.province_code = n.province_code AND p.parcel_uid = n.parcel_uid
