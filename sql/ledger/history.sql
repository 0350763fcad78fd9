-- When the data now live in each commune was extracted: older deliveries are held.
SELECT d.commune_code, d.extracted_at FROM land.dataset AS d
WHERE d.province_code = %(province)s
