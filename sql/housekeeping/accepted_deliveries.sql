SELECT DISTINCT d.delivery_sha256
FROM land.dataset AS d
