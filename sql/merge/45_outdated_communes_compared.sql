-- What was shown whole later loses nothing to earlier data.
-- Unless a person let the earlier ones pass; nor to data of which every row comes too late: they say nothing new.
UPDATE merge_commune AS c
SET endable = false
WHERE (NOT c.commune_code = ANY (%(older_passed)s::text[])
       AND EXISTS (SELECT FROM land.source_watermark AS w
                   WHERE w.province_code = %(province)s
                     AND w.commune_code = c.commune_code
                     AND w.snapshot_at > %(observed_at)s::timestamptz))
   OR NOT EXISTS (SELECT FROM merge_row AS m
                  WHERE m.commune_code = c.commune_code
                    AND NOT (m.outdated OR (m.status = 'ignored' AND m.note = 'gone')))
