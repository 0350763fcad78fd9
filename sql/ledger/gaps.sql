-- The open gaps of the provinces, each once with the communes that it concerns.
SELECT g.province_code, g.source_system, g.since, g.until, g.sequence_from, g.sequence_to,
       min(g.noticed_at) AS noticed_at, array_agg(g.commune_code ORDER BY g.commune_code) AS communes
FROM ledger.change_gap AS g
WHERE %(province)s::text IS NULL OR g.province_code = %(province)s
GROUP BY g.province_code, g.source_system, g.since, g.until, g.sequence_from, g.sequence_to
ORDER BY g.province_code, g.source_system, g.since NULLS FIRST, g.sequence_from NULLS FIRST
