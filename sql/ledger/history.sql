-- Up to when each commune is known by full snapshots: older ones are held. The later of the last one accepted and of the
-- mark by which the merge orders claims, so that the gate lets pass nothing that the merge would then ignore.
SELECT k.commune_code, max(k.moment) AS known_up_to
FROM (
    SELECT d.commune_code, d.extracted_at AS moment FROM land.dataset AS d WHERE d.province_code = %(province)s
    UNION ALL
    SELECT w.commune_code, w.snapshot_at FROM land.source_watermark AS w WHERE w.province_code = %(province)s
) AS k
GROUP BY k.commune_code
