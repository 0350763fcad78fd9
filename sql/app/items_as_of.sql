-- The {record} rows of the parcels, as they were on `valid_at` by what was known at `known_at`: a row each; where nobody knows them, one
-- row of the parcel without any, of which `state_known` is false. Parcels that were not there, or had none, have no row.
-- `candidate`: the last thing that may have happened by that day, and all that may be it in its place, back to the last that is known
-- to have happened. Where all of them have the same, that is known. Read with the rights of whoever asks.
CREATE OR REPLACE FUNCTION {function}(valid_at date DEFAULT (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, known_at timestamptz DEFAULT now())
RETURNS TABLE (province_code text, parcel_uid uuid, item_no smallint, {typed}, state_known boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH possible AS (
        SELECT s.province_code, s.parcel_uid, s.nature, s.stands_at, s.known_from, s.late_row, s.known_day <= $1 AS sure,
               row_number() OVER (
                   PARTITION BY s.province_code, s.parcel_uid
                   ORDER BY s.stands_at DESC, s.stands_side DESC, s.stands_order DESC, s.known_from DESC, s.late_row DESC, s.rank DESC
               ) AS place
        FROM {states} AS s
        WHERE s.known_from <= $2
          AND $2 < s.known_to
          AND s.first_day <= $1
          AND NOT EXISTS (
              SELECT FROM {bounds} AS b
              WHERE b.province_code = s.province_code
                AND b.parcel_uid = s.parcel_uid
                AND b.known_from <= $2
                AND $2 < b.known_to
                AND $1 < b.legal_date
                AND s.rank < 2
                AND CASE b.nature WHEN 'not_begun' THEN s.stands_at >= b.moment ELSE s.nature = 'end' AND s.version_from = b.moment END)
    ), reach AS (
        SELECT p.province_code, p.parcel_uid, p.nature, p.stands_at, p.known_from, p.late_row, p.place,
               min(p.place) FILTER (WHERE p.sure) OVER (PARTITION BY p.province_code, p.parcel_uid) AS sure_place
        FROM possible AS p
    ), candidate AS (
        SELECT r.province_code, r.parcel_uid, r.nature, r.stands_at, r.known_from, r.late_row, r.place, r.sure_place, had.digest
        FROM reach AS r
        LEFT JOIN LATERAL (
            SELECT sha256(string_agg({had})) AS digest
            FROM {history} AS i
            WHERE i.province_code = r.province_code AND i.parcel_uid = r.parcel_uid AND i.late_row = r.late_row
              AND CASE WHEN r.late_row > 0 THEN i.recorded_from = r.known_from
                       ELSE i.recorded_from <= r.stands_at AND r.stands_at < i.recorded_to END
        ) AS had ON r.sure_place > 1 -- where the last is sure, or nothing is, there is nothing to compare
        WHERE r.place <= coalesce(r.sure_place, r.place)
    ), answer AS (
        SELECT c.province_code, c.parcel_uid, bool_and(c.nature = 'end') AND min(c.sure_place) IS NOT NULL AS gone,
               bool_and(c.nature IN ('state', 'told')) AND min(c.sure_place) IS NOT NULL
                   AND count(DISTINCT coalesce(c.digest, '\x')) = 1 AS known,
               max(c.stands_at) FILTER (WHERE c.place = 1) AS stands_at, max(c.known_from) FILTER (WHERE c.place = 1) AS known_from,
               max(c.late_row) FILTER (WHERE c.place = 1) AS late_row
        FROM candidate AS c
        GROUP BY c.province_code, c.parcel_uid
    )
    SELECT a.province_code, a.parcel_uid, i.item_no, {columns}, a.known
    FROM answer AS a
    LEFT JOIN {history} AS i
           ON a.known
          AND i.province_code = a.province_code AND i.parcel_uid = a.parcel_uid AND i.late_row = a.late_row
          AND CASE WHEN a.late_row > 0 THEN i.recorded_from = a.known_from
                   ELSE i.recorded_from <= a.stands_at AND a.stands_at < i.recorded_to END
    WHERE NOT a.gone
      AND (i.item_no IS NOT NULL OR NOT a.known);
END;
