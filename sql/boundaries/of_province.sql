SELECT DISTINCT ON (b.commune_code)
       b.commune_code, b.valid_from, b.source_sha256, encode(ST_AsBinary(b.geom, 'NDR'), 'hex') AS geom
FROM land.commune_boundary AS b
WHERE b.province_code = {province}
  AND b.valid_from <= {as_of}
ORDER BY b.commune_code, b.valid_from DESC, b.loaded_at DESC
