-- Who else holds the delivered ids: a parcel of another province, living or ended, or one that is live in another commune
-- of this province, with the handles by which the delivery may have it too.
SELECT DISTINCT
    w.national_id,
    claim.province_code,
    NULL::text AS commune_code,
    NULL::text AS source_handle,
    NULL::text AS sheet_handle
FROM pg_temp.wanted_id AS w
JOIN land.national_id_claim AS claim ON claim.national_id = w.national_id
WHERE claim.parcel_uid IS NOT NULL
  AND claim.province_code <> {province}
UNION ALL
SELECT DISTINCT ON (w.national_id)
    w.national_id,
    p.province_code,
    p.commune_code,
    p.source_system || '|' || p.source_key AS source_handle,
    sheet.alias_value AS sheet_handle
FROM pg_temp.wanted_id AS w
JOIN land.parcel AS p
    ON p.province_code = {province}
    AND p.national_id = w.national_id
    AND p.commune_code <> w.commune_code
LEFT JOIN land.parcel_alias AS sheet
    ON sheet.province_code = {province}
    AND sheet.parcel_uid = p.parcel_uid
    AND sheet.alias_kind = 'sheet'
    AND sheet.recorded_to IS NULL
