-- An object that the set ends under one key and brings under another is the same parcel.
-- Where the new row has its id or its number, and its land: a renamed key comes as an end and an insert. The ending is none,
-- and leaves only a tombstone of the old key: later rows of that are another object's.
UPDATE merge_row AS m
SET parcel_uid = r.parcel_uid,
    status = CASE WHEN m.row_no = r.ended_row THEN 'ignored' ELSE m.status END,
    tombstone = m.row_no = r.ended_row,
    note = CASE WHEN m.row_no = r.ended_row THEN 'renamed' ELSE m.note END
FROM (
    SELECT DISTINCT ON (c.row_no) c.row_no, c.parcel_uid, c.ended_row
    FROM (
        SELECT DISTINCT ON (ended.row_no) named.row_no, named.rank, ended.parcel_uid, ended.row_no AS ended_row
        FROM (
            SELECT n.row_no, handle.rank, handle.parcel_uid
            FROM merge_row AS n
            CROSS JOIN LATERAL (VALUES (1, n.national_uid), (2, n.sheet_uid)) AS handle (rank, parcel_uid)
            WHERE n.status = 'accept'
              AND n.parcel_uid IS NULL
            UNION ALL
            SELECT n.row_no, 3, f.parcel_uid
            FROM merge_fit AS f
            JOIN merge_row AS n ON n.row_no = f.row_no
            WHERE f.alone
              AND n.status = 'accept'
              AND n.parcel_uid IS NULL
        ) AS named
        JOIN merge_row AS ended ON ended.parcel_uid = named.parcel_uid AND ended.status = 'end'
        JOIN {parcel} AS s ON s.row_no = named.row_no
        JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = named.parcel_uid
        WHERE land.common_share(p.geom, s.geom) >= %(same_land_share)s
        ORDER BY ended.row_no, named.rank, named.row_no
    ) AS c
    ORDER BY c.row_no, c.rank
) AS r
WHERE m.row_no IN (r.row_no, r.ended_row)
