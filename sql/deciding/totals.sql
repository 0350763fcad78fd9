SELECT v.state, count(*) AS events
FROM analyst.lineage_event AS v
WHERE (%(province)s::text IS NULL OR v.province_code = %(province)s)
  AND (%(commune)s::text IS NULL OR v.commune_code = %(commune)s)
GROUP BY v.state
