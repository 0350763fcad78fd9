-- One statement: rows that the file no longer holds end today (Vietnam's), new ones come, and only what differs changes.
WITH ended AS (
    UPDATE land.commune_conversion AS t
    SET valid_to = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
    WHERE (t.valid_to IS NULL OR t.valid_to > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
      AND NOT EXISTS (SELECT FROM pg_temp.commune_conversion AS i WHERE i.old_code = t.old_code AND i.new_code = t.new_code AND i.valid_from = t.valid_from)
)
INSERT INTO land.commune_conversion AS t (
    old_code, new_code, valid_from, valid_to, extent, old_name, new_name, old_province_code,
    province_code, district, printed_old_code, january_code, january_name, name_check, reason)
SELECT
    i.old_code, i.new_code, i.valid_from, NULL::date, i.extent, i.old_name, i.new_name,
    i.old_province_code, i.province_code, i.district, i.printed_old_code, i.january_code, i.january_name,
    i.name_check, i.reason
FROM pg_temp.commune_conversion AS i
ON CONFLICT (old_code, new_code, valid_from) DO UPDATE
SET
    valid_to = excluded.valid_to, extent = excluded.extent, old_name = excluded.old_name, new_name = excluded.new_name, old_province_code = excluded.old_province_code, province_code = excluded.province_code, district = excluded.district, printed_old_code = excluded.printed_old_code,
    january_code = excluded.january_code, january_name = excluded.january_name, name_check = excluded.name_check, reason = excluded.reason
WHERE (
    t.valid_to, t.extent, t.old_name, t.new_name, t.old_province_code, t.province_code, t.district,
    t.printed_old_code, t.january_code, t.january_name, t.name_check, t.reason
) IS DISTINCT FROM (
    excluded.valid_to, excluded.extent, excluded.old_name, excluded.new_name, excluded.old_province_code,
    excluded.province_code, excluded.district, excluded.printed_old_code, excluded.january_code,
    excluded.january_name, excluded.name_check, excluded.reason)
