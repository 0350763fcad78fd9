-- What rows now let pass take a handle from, and nothing shows any more in a commune that came whole.
-- It is still there only because such a row, waiting, might have been it. Its commune went on and is none of those that are applied.
INSERT INTO merge_ending (parcel_uid, commune_code, area_m2, by_row)
SELECT DISTINCT p.parcel_uid, p.commune_code, p.area_m2, false
FROM merge_row AS m
CROSS JOIN LATERAL (VALUES (m.national_uid), (m.sheet_uid)) AS named (parcel_uid)
JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
WHERE m.status = 'accept'
  AND m.counted
  AND named.parcel_uid <> m.parcel_uid
  AND p.commune_code = ANY (%(came_complete)s::text[])
  AND NOT p.commune_code = ANY (%(complete_for)s::text[] || %(still_held)s::text[])
  AND EXISTS (SELECT FROM merge_row AS o WHERE o.commune_code = p.commune_code)
  AND NOT EXISTS (SELECT FROM merge_row AS o WHERE NOT o.identified AND o.commune_code IN (p.commune_code, '-'))
  AND (p.commune_code = ANY (%(older_passed)s::text[])
       OR NOT EXISTS (SELECT FROM land.source_watermark AS w
                      WHERE w.province_code = %(province)s
                        AND w.commune_code = p.commune_code
                        AND w.snapshot_at > %(observed_at)s::timestamptz))
  AND NOT EXISTS (SELECT FROM merge_present AS x WHERE x.parcel_uid = p.parcel_uid)
