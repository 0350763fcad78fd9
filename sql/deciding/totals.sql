SELECT v.state, count(*) AS events
FROM analyst.lineage_event AS v
WHERE (%(province)s::text IS NULL OR %(province)s IN (v.province_code, v.from_province_code))
  AND (%(commune)s::text IS NULL OR v.commune_code = %(commune)s)
GROUP BY v.state
