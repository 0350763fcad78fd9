-- What else a commune consists of, beside the rows of this run that count: refused rows that wait, and live parcels that
-- none of both is about. Each once. One without geometry counts as refused, as in a delivery.
CREATE TEMP TABLE whole_rest ON COMMIT DROP AS
WITH waiting AS (
    SELECT q.commune_code, q.run_id, q.row_no, q.parcel_uid, e.decision, e.codes,
           q.source_alias, q.national_alias, q.sheet_alias, q.shape, q.area_m2
    FROM ledger.quarantine_state AS q
    JOIN ledger.quarantine AS e ON e.run_id = q.run_id AND e.row_no = q.row_no
    WHERE q.province_code = %(province)s
      AND q.commune_code = ANY (%(communes)s::text[])
      AND q.state = 'open'
      AND q.run_id <> %(run_id)s
), told AS (
    SELECT named.parcel_uid
    FROM merge_row AS m
    CROSS JOIN LATERAL (
        VALUES (m.parcel_uid),
               (CASE WHEN m.status <> 'accept' THEN m.source_uid END),
               (CASE WHEN m.status <> 'accept' THEN m.national_uid END),
               (CASE WHEN m.status <> 'accept' THEN m.sheet_uid END)
    ) AS named (parcel_uid)
    WHERE m.counted
      AND m.status NOT IN ('ignored', 'held')
      AND NOT m.outdated
      AND named.parcel_uid IS NOT NULL
    UNION
    SELECT f.parcel_uid
    FROM merge_fit AS f
    JOIN merge_row AS m ON m.row_no = f.row_no AND m.counted AND m.status NOT IN ('accept', 'ignored', 'held') AND NOT m.outdated
    UNION
    SELECT w.parcel_uid FROM waiting AS w WHERE w.parcel_uid IS NOT NULL
), rest AS (
    SELECT p.commune_code, p.parcel_uid, CASE WHEN p.geom IS NULL THEN 'quarantine' ELSE 'live' END AS state, NULL::text[] AS codes,
           NULL::text AS source_alias, NULL::text AS national_alias, NULL::text AS sheet_alias, NULL::text AS shape,
           p.area_m2
    FROM land.parcel AS p
    LEFT JOIN told AS t ON t.parcel_uid = p.parcel_uid
    WHERE p.province_code = %(province)s
      AND p.commune_code = ANY (%(communes)s::text[])
      AND t.parcel_uid IS NULL
    UNION ALL
    SELECT w.commune_code, NULL, w.decision, w.codes, w.source_alias, w.national_alias, w.sheet_alias, w.shape, w.area_m2
    FROM waiting AS w
)
SELECT row_number() OVER () AS rest_no, r.commune_code, r.parcel_uid, r.state, r.codes, r.source_alias, r.national_alias,
       r.sheet_alias, r.shape, r.area_m2
FROM rest AS r
