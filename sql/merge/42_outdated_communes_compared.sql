-- What was shown whole later loses nothing to earlier data.
-- Unless a person let the earlier ones pass.
UPDATE merge_commune AS c
SET endable = false
FROM land.source_watermark AS w
WHERE w.province_code = %(province)s
  AND w.commune_code = c.commune_code
  AND w.snapshot_at > %(observed_at)s
  AND NOT c.commune_code = ANY (%(older_passed)s::text[])
