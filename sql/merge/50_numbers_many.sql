-- Items of which a parcel has any number keep theirs.
-- What says the same, then what has the same name, then what is left, in order; new ones follow the highest. So one more, or one
-- less, is one difference, in whatever order they came.
-- Looked at are parcels that have some, and of which one is delivered that does not stand there as it is: of an ordinary night few.
WITH parcel AS (
    SELECT DISTINCT m.parcel_uid
    FROM {staged} AS s
    JOIN merge_row AS m ON m.row_no = s.row_no AND m.status = 'accept'
    LEFT JOIN {live} AS i
           ON i.province_code = %(province)s AND i.parcel_uid = m.parcel_uid AND i.item_no = s.item_no AND i.content_hash = s.content_hash
    WHERE i.parcel_uid IS NULL
      AND EXISTS (SELECT FROM {live} AS x WHERE x.province_code = %(province)s AND x.parcel_uid = m.parcel_uid)
      -- Where nobody has more than one, delivered or known, each has its number: most provinces, and asked once.
      AND EXISTS (
          SELECT FROM {staged} AS y WHERE y.item_no > 1
          UNION ALL
          SELECT FROM {live} AS y WHERE y.province_code = %(province)s AND y.item_no > 1)
), staged AS (
    SELECT s.row_no, s.item_no, m.parcel_uid, s.content_hash, {staged_name} AS name
    FROM parcel AS p
    JOIN merge_row AS m ON m.parcel_uid = p.parcel_uid AND m.status = 'accept'
    JOIN {staged} AS s ON s.row_no = m.row_no
), live AS (
    SELECT i.parcel_uid, i.item_no, i.content_hash, {live_name} AS name
    FROM parcel AS p
    JOIN {live} AS i ON i.province_code = %(province)s AND i.parcel_uid = p.parcel_uid
), same AS (
    SELECT s.row_no, s.item_no, s.parcel_uid, l.item_no AS live_no
    FROM staged AS s
    JOIN live AS l ON l.parcel_uid = s.parcel_uid AND l.content_hash = s.content_hash
), staged_other AS (
    SELECT s.row_no, s.item_no, s.parcel_uid, s.name,
           row_number() OVER (PARTITION BY s.parcel_uid, s.name ORDER BY s.item_no) AS turn
    FROM staged AS s
    LEFT JOIN same AS x ON x.row_no = s.row_no AND x.item_no = s.item_no
    WHERE x.row_no IS NULL
), live_other AS (
    SELECT l.parcel_uid, l.item_no, l.name, row_number() OVER (PARTITION BY l.parcel_uid, l.name ORDER BY l.item_no) AS turn
    FROM live AS l
    LEFT JOIN same AS x ON x.parcel_uid = l.parcel_uid AND x.live_no = l.item_no
    WHERE x.row_no IS NULL
), named AS (
    SELECT s.row_no, s.item_no, s.parcel_uid, l.item_no AS live_no
    FROM staged_other AS s
    JOIN live_other AS l ON l.parcel_uid = s.parcel_uid AND l.turn = s.turn AND l.name IS NOT DISTINCT FROM s.name
), staged_left AS (
    SELECT s.row_no, s.item_no, s.parcel_uid, row_number() OVER (PARTITION BY s.parcel_uid ORDER BY s.item_no) AS turn
    FROM staged_other AS s
    LEFT JOIN named AS x ON x.row_no = s.row_no AND x.item_no = s.item_no
    WHERE x.row_no IS NULL
), live_left AS (
    SELECT l.parcel_uid, l.item_no, row_number() OVER (PARTITION BY l.parcel_uid ORDER BY l.item_no) AS turn
    FROM live_other AS l
    LEFT JOIN named AS x ON x.parcel_uid = l.parcel_uid AND x.live_no = l.item_no
    WHERE x.row_no IS NULL
), highest AS (
    SELECT l.parcel_uid, max(l.item_no) AS item_no, count(f.item_no) AS unpaired
    FROM live AS l
    LEFT JOIN live_left AS f ON f.parcel_uid = l.parcel_uid AND f.item_no = l.item_no
    GROUP BY l.parcel_uid
), numbered AS (
    SELECT x.row_no, x.item_no, x.live_no FROM same AS x
    UNION ALL
    SELECT x.row_no, x.item_no, x.live_no FROM named AS x
    UNION ALL
    SELECT s.row_no, s.item_no, coalesce(l.item_no, coalesce(h.item_no, 0) + s.turn - coalesce(h.unpaired, 0))
    FROM staged_left AS s
    LEFT JOIN live_left AS l ON l.parcel_uid = s.parcel_uid AND l.turn = s.turn
    LEFT JOIN highest AS h ON h.parcel_uid = s.parcel_uid
)
UPDATE {staged} AS s
SET item_no = n.live_no
FROM numbered AS n
WHERE s.row_no = n.row_no
  AND s.item_no = n.item_no
  AND s.item_no <> n.live_no
