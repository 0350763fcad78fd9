-- What is known of every object from now on.
-- A complete snapshot writes only where a version is new, or where a change set or an ending had the last word: for the
-- rest its commune's watermark speaks. In the order of its key, which is not that in which the rows were staged.
INSERT INTO land.source_state AS st (
    province_code, source_alias, order_kind, source_order, observed_at, by_snapshot, ended)
SELECT %(province)s, said.source_alias, said.order_kind, said.source_order, said.observed_at, said.by_snapshot, said.ended
FROM (
    SELECT m.source_alias,
           CASE WHEN s.source_order IS NOT NULL THEN %(order_kind)s::text END AS order_kind,
           CASE WHEN %(order_kind)s::text IS NOT NULL THEN s.source_order END AS source_order,
           %(observed_at)s::timestamptz AS observed_at,
           NOT %(changes)s AS by_snapshot,
           false AS ended
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    JOIN merge_result AS r ON r.row_no = m.row_no
    JOIN merge_commune AS c ON c.commune_code = m.commune_code
    LEFT JOIN land.source_state AS o ON o.province_code = %(province)s AND o.source_alias = m.source_alias
    WHERE m.status = 'accept'
      AND m.source_alias IS NOT NULL
      AND (%(changes)s
           OR NOT c.endable
           OR NOT o.by_snapshot OR o.ended OR (o.source_alias IS NOT NULL AND o.observed_at IS NULL)
           OR o.refused_at >= %(observed_at)s::timestamptz
           OR (%(order_kind)s::text IS NOT NULL AND s.source_order IS NOT NULL
               AND (o.source_order IS DISTINCT FROM s.source_order OR o.order_kind IS DISTINCT FROM %(order_kind)s::text))
           OR (o.source_order IS NOT NULL AND s.source_order IS NULL AND (r.version_changed OR r.items_changed)))
    UNION ALL
    SELECT m.source_alias,
           CASE WHEN s.source_order IS NOT NULL THEN %(order_kind)s::text END,
           CASE WHEN %(order_kind)s::text IS NOT NULL THEN s.source_order END,
           %(observed_at)s::timestamptz,
           NOT %(changes)s,
           true
    FROM merge_row AS m
    JOIN {parcel} AS s ON s.row_no = m.row_no
    WHERE (m.status = 'end' OR m.tombstone)
      AND m.source_alias IS NOT NULL
) AS said
ORDER BY said.source_alias
ON CONFLICT (province_code, source_alias) DO UPDATE
SET order_kind = excluded.order_kind,
    source_order = excluded.source_order,
    observed_at = CASE WHEN NOT st.by_snapshot AND NOT excluded.by_snapshot
                        AND (st.order_kind, st.source_order) = (excluded.order_kind, excluded.source_order)
                       THEN greatest(st.observed_at, excluded.observed_at)
                       ELSE excluded.observed_at END,
    by_snapshot = excluded.by_snapshot,
    ended = excluded.ended
