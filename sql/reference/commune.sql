-- One statement: rows that the file no longer holds end today (Vietnam's), new ones come, and only what differs changes.
WITH ended AS (
    UPDATE land.commune AS t
    SET valid_to = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    WHERE (t.valid_to IS NULL OR t.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
      AND NOT EXISTS (SELECT FROM pg_temp.communes AS i WHERE i.commune_code = t.commune_code AND i.valid_from = t.valid_from)
)
INSERT INTO land.commune AS t (
    commune_code, valid_from, valid_to, name, kind, province_code, old_province_code, district, lon, lat,
    area_km2, note)
SELECT
    i.commune_code, i.valid_from, i.valid_to, i.name, i.kind, i.province_code, i.old_province_code,
    i.district, i.lon, i.lat, i.area_km2, i.note
FROM pg_temp.communes AS i
ON CONFLICT (commune_code, valid_from) DO UPDATE
SET
    valid_to = excluded.valid_to, name = excluded.name, kind = excluded.kind, province_code = excluded.province_code, old_province_code = excluded.old_province_code, district = excluded.district, lon
    = excluded.lon, lat = excluded.lat, area_km2 = excluded.area_km2, note = excluded.note
WHERE (
    t.valid_to, t.name, t.kind, t.province_code, t.old_province_code, t.district, t.lon, t.lat, t.area_km2,
    t.note
) IS DISTINCT FROM (
    excluded.valid_to, excluded.name, excluded.kind, excluded.province_code, excluded.old_province_code,
    excluded.district, excluded.lon, excluded.lat, excluded.area_km2, excluded.note)
