-- Where each of them stands: after the last state or end of its parcel that it is not older than.
-- What says the same as the state before it is only told again. Where a state that came late parts two tellings of another one, that
-- other one is written once more after it, as of when it was next shown: else the late one would seem to have held on.
CREATE TEMP TABLE merge_placed ON COMMIT DROP AS
WITH after AS (
    SELECT DISTINCT ON (l.row_no) l.row_no, k.stands_at
    FROM merge_late AS l
    JOIN merge_standing AS k ON k.parcel_uid = l.parcel_uid AND k.stands_side = 0 AND k.rank = 0
    WHERE CASE WHEN k.order_kind = %(order_kind)s::text THEN l.source_order > k.source_order ELSE l.observed_at >= k.observed_at END
    ORDER BY l.row_no, k.stands_at DESC
), first AS (
    SELECT k.parcel_uid, min(k.stands_at) AS stands_at
    FROM merge_standing AS k
    WHERE k.stands_side = 0
    GROUP BY k.parcel_uid
), line AS (
    SELECT l.parcel_uid, l.row_no, CASE WHEN l.ends THEN 'end' END AS nature, coalesce(a.stands_at, f.stands_at) AS stands_at,
           (CASE WHEN a.row_no IS NULL THEN -1 ELSE 1 END)::smallint AS stands_side, l.source_order AS stands_order,
           %(now)s::timestamptz AS known_from, l.row_no * 2 + 1 AS late_row, 0::smallint AS rank, NULL::timestamptz AS version_from,
           l.observed_at, CASE WHEN NOT l.ends THEN l.content END AS content
    FROM merge_late AS l
    JOIN first AS f ON f.parcel_uid = l.parcel_uid
    LEFT JOIN after AS a ON a.row_no = l.row_no
    UNION ALL
    SELECT k.parcel_uid, NULL, k.nature, k.stands_at, k.stands_side, k.stands_order, k.known_from, k.late_row, k.rank, k.version_from,
           k.observed_at, k.content
    FROM merge_standing AS k
), told AS (
    SELECT l.parcel_uid, l.row_no, l.stands_at, l.stands_side, l.stands_order, l.known_from, l.late_row, l.rank, l.version_from,
           l.observed_at, l.content,
           coalesce(l.nature, CASE WHEN l.content = lag(l.content) OVER beside AND lag(l.observed_at) OVER beside <= l.observed_at THEN 'told' ELSE 'state' END) AS nature
    FROM line AS l
    WINDOW beside AS (PARTITION BY l.parcel_uid ORDER BY l.stands_at, l.stands_side, l.stands_order, l.known_from, l.late_row, l.rank)
), next AS (
    SELECT t.parcel_uid, t.row_no, t.nature, t.stands_at, t.stands_side, t.stands_order, t.late_row, t.observed_at, t.content,
           lead(t.nature) OVER beside AS next_nature, lead(t.content) OVER beside AS next_content,
           lead(t.stands_at) OVER beside AS next_at, lead(t.stands_side) OVER beside AS next_side,
           lead(t.version_from) OVER beside AS next_version, lead(t.late_row) OVER beside AS next_late_row,
           lead(t.observed_at) OVER beside AS next_observed
    FROM told AS t
    WINDOW beside AS (PARTITION BY t.parcel_uid ORDER BY t.stands_at, t.stands_side, t.stands_order, t.known_from, t.late_row, t.rank)
), beside AS (
    SELECT n.parcel_uid, n.row_no, n.nature, n.stands_at, n.stands_side, n.stands_order, n.late_row, n.observed_at, n.content,
           n.next_nature, n.next_content, n.next_at, n.next_side, n.next_version, n.next_late_row, n.next_observed,
           k.version_from, k.content AS content_beside, k.shown_at
    FROM next AS n
    JOIN merge_standing AS k ON k.parcel_uid = n.parcel_uid AND k.stands_at = n.stands_at AND k.stands_side = 0 AND k.rank = 0
    WHERE n.row_no IS NOT NULL
), shown AS (
    SELECT b.row_no, max(k.observed_at) AS until
    FROM beside AS b
    JOIN merge_standing AS k ON k.parcel_uid = b.parcel_uid AND k.nature IN ('state', 'told')
    WHERE b.nature = 'end'
      AND (k.stands_at, k.stands_side, k.stands_order) < (b.stands_at, b.stands_side, b.stands_order)
      AND k.known_from < %(now)s::timestamptz
    GROUP BY b.row_no
)
-- As they came; an end with the names and the land of what it stands beside.
SELECT b.parcel_uid, b.late_row, b.stands_at, b.stands_side, b.stands_order AS source_order, b.observed_at,
       CASE b.nature WHEN 'end' THEN 'late_end' WHEN 'told' THEN 'late_told' ELSE 'late' END AS because,
       b.row_no, CASE WHEN b.nature = 'end' THEN b.version_from END AS version_from, 0::bigint AS version_late_row,
       NULL::timestamptz AS items_at, CASE WHEN b.nature = 'end' THEN shown.until END AS shown_until
FROM beside AS b
LEFT JOIN shown ON shown.row_no = b.row_no
UNION ALL
-- Written once more: as it was told next.
SELECT b.parcel_uid, b.late_row + 1, b.stands_at, b.stands_side, b.stands_order, b.next_observed, 'late',
       NULL, b.next_version, b.next_late_row, CASE WHEN b.next_late_row = 0 THEN b.next_at END, NULL
FROM beside AS b
WHERE b.next_nature = 'told'
  AND b.next_content IS DISTINCT FROM b.content
UNION ALL
-- Written once more: as a full snapshot showed it.
SELECT b.parcel_uid, b.late_row + 1, b.stands_at, b.stands_side, b.stands_order, b.shown_at, 'late',
       NULL, b.version_from, 0, b.stands_at, NULL
FROM beside AS b
WHERE b.stands_side = 1
  AND b.next_nature IS DISTINCT FROM 'told'
  AND (b.next_at, b.next_side) IS DISTINCT FROM (b.stands_at, b.stands_side)
  AND b.shown_at > b.observed_at
  AND b.content_beside IS DISTINCT FROM b.content
