-- Rows are refused whose handle another parcel keeps after this delivery.
-- A parcel keeps its id and its number on the sheet unless its own accepted row brings another one or none, or it ends. A
-- row refused here keeps its own parcel's old handles in use, which may put another row in conflict: again, until no more
-- are found.
WITH giving_up AS (
    SELECT m.parcel_uid, m.national_alias, m.sheet_alias
    FROM merge_row AS m
    WHERE m.status = 'accept'
    UNION ALL
    SELECT e.parcel_uid, NULL, NULL
    FROM merge_ending AS e
), conflict AS (
    SELECT m.row_no, 'IDN-CLAIMED' AS code
    FROM merge_row AS m
    JOIN land.national_id_claim AS claim
      ON claim.national_id = m.national_alias
     AND claim.parcel_uid IS NOT NULL
     AND claim.parcel_uid <> m.parcel_uid
    LEFT JOIN giving_up AS g ON g.parcel_uid = claim.parcel_uid AND claim.province_code = %(province)s
    WHERE m.status = 'accept'
      AND m.national_uid IS DISTINCT FROM m.parcel_uid
      AND (g.parcel_uid IS NULL OR g.national_alias = claim.national_id)
    UNION ALL
    SELECT m.row_no, 'IDN-CONFLICT'
    FROM merge_row AS m
    LEFT JOIN giving_up AS g ON g.parcel_uid = m.sheet_uid
    WHERE m.status = 'accept'
      AND m.sheet_uid <> m.parcel_uid
      AND (g.parcel_uid IS NULL OR g.sheet_alias = m.sheet_alias)
)
UPDATE merge_row AS m
SET status = 'quarantine',
    merge_code = c.code
FROM (SELECT row_no, min(code) AS code FROM conflict GROUP BY row_no) AS c
WHERE c.row_no = m.row_no
