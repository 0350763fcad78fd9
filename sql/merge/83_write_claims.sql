-- Ids that have another holder now.
-- Their rows are there: they were made or locked before the conflicts were looked for. What nobody ever held was written with its holder
-- then, and has none where that row was refused since.
WITH taking AS (
    SELECT m.national_alias AS national_id, m.parcel_uid, m.status = 'accept' AS accepted
    FROM merge_row AS m
    JOIN merge_changing AS g ON g.row_no = m.row_no AND g.takes_id
), given_back AS (
    SELECT DISTINCT t.national_id
    FROM taking AS t
    WHERE NOT t.accepted
      AND NOT EXISTS (SELECT FROM taking AS other WHERE other.accepted AND other.national_id = t.national_id)
), holder AS (
    SELECT t.national_id, t.parcel_uid, %(province)s AS province_code, %(now)s::timestamptz AS claimed_at FROM taking AS t WHERE t.accepted
    UNION ALL
    SELECT g.national_id, NULL, NULL, NULL
    FROM given_back AS g
    JOIN land.national_id_claim AS own ON own.national_id = g.national_id
     AND own.claimed_at = %(now)s AND own.province_code = %(province)s
)
UPDATE land.national_id_claim AS claim
SET parcel_uid = h.parcel_uid,
    province_code = h.province_code,
    claimed_at = h.claimed_at
FROM holder AS h
WHERE claim.national_id = h.national_id
  AND claim.parcel_uid IS DISTINCT FROM h.parcel_uid
