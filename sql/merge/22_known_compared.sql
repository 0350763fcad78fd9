-- Each row's claim about its object beside what is known of it.
-- `against_known` says which wins (1 the row, 0 they are the same version, -1 what is known), `against_absence` the same
-- where a complete snapshot of the row's commune did not show the object there. A commune's snapshot speaks for all its
-- objects that it did not have to refuse.
CREATE TEMP TABLE merge_known ON COMMIT DROP AS
SELECT m.row_no,
       p.commune_code AS live_commune,
       st.ended,
       CASE WHEN coalesce(st.by_snapshot, true) AND m.commune_code = ANY (%(older_passed)s::text[]) THEN 1
            ELSE land.claim_order(
                NOT %(changes)s, %(order_kind)s, s.source_order, %(observed_at)s::timestamptz,
                coalesce(st.by_snapshot, true), st.order_kind, st.source_order,
                CASE WHEN NOT st.by_snapshot THEN st.observed_at
                     ELSE greatest(st.observed_at,
                                   CASE WHEN there.snapshot_at > coalesce(st.refused_at, '-infinity') THEN there.snapshot_at END)
                END)
       END AS against_known,
       CASE WHEN here.snapshot_at > coalesce(st.refused_at, '-infinity')
             AND p.commune_code IS DISTINCT FROM m.commune_code
             AND NOT m.commune_code = ANY (%(older_passed)s::text[])
            THEN land.claim_order(NOT %(changes)s, %(order_kind)s, s.source_order, %(observed_at)s::timestamptz,
                                  true, NULL, NULL, here.snapshot_at)
       END AS against_absence
FROM merge_row AS m
JOIN {parcel} AS s ON s.row_no = m.row_no
LEFT JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = m.source_uid
LEFT JOIN land.source_state AS st ON st.province_code = %(province)s AND st.source_alias = m.source_alias
LEFT JOIN land.source_watermark AS here ON here.province_code = %(province)s AND here.commune_code = m.commune_code
LEFT JOIN land.source_watermark AS there ON there.province_code = %(province)s AND there.commune_code = p.commune_code
