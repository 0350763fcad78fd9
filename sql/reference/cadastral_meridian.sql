-- One statement: rows that the file no longer holds end today (Vietnam's), new ones come, and only what differs changes.
WITH ended AS (
    UPDATE land.cadastral_meridian AS t
    SET valid_to = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    WHERE (t.valid_to IS NULL OR t.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
      AND NOT EXISTS (SELECT FROM pg_temp.meridians AS i WHERE i.old_province_code = t.old_province_code AND i.valid_from IS NOT DISTINCT FROM t.valid_from)
)
INSERT INTO land.cadastral_meridian AS t (
    old_province_code, valid_from, valid_to, old_province, province_code, meridian, meridian_deg, epsg,
    certainty, source)
SELECT
    i.old_province_code, i.valid_from, i.valid_to, i.old_province, i.province_code, i.meridian,
    i.meridian_deg, i.epsg, i.certainty, i.source
FROM pg_temp.meridians AS i
ON CONFLICT (old_province_code, valid_from) DO UPDATE
SET
    valid_to = excluded.valid_to, old_province = excluded.old_province, province_code = excluded.province_code, meridian = excluded.meridian, meridian_deg = excluded.meridian_deg, epsg = excluded.epsg, certainty = excluded.certainty, source = excluded.source
WHERE (
    t.valid_to, t.old_province, t.province_code, t.meridian, t.meridian_deg, t.epsg, t.certainty, t.source
) IS DISTINCT FROM (
    excluded.valid_to, excluded.old_province, excluded.province_code, excluded.meridian,
    excluded.meridian_deg, excluded.epsg, excluded.certainty, excluded.source)
