-- Whether a staged row has to do with a parcel or a refused row of a commune that is to be passed over: a handle of it names one; or it
-- is not, by each of its handles, one parcel of the same content, and its land is the land of one. Then rows of both have to be merged together.
WITH handle AS MATERIALIZED (
    SELECT s.row_no, h.kind, h.value
    FROM {parcel} AS s
    CROSS JOIN LATERAL (
        VALUES ('source_key', s.source_alias), ('national_id', s.national_alias), ('sheet', s.sheet_alias)
    ) AS h (kind, value)
    WHERE h.value IS NOT NULL
), named AS MATERIALIZED (
    SELECT h.row_no, p.parcel_uid, p.commune_code, p.content_hash
    FROM handle AS h
    JOIN land.parcel_alias AS a
      ON a.province_code = %(province)s AND a.alias_kind = h.kind AND a.alias_value = h.value AND a.recorded_to IS NULL
    JOIN land.parcel AS p ON p.province_code = %(province)s AND p.parcel_uid = a.parcel_uid
), unlike AS MATERIALIZED (
    SELECT s.geom
    FROM {parcel} AS s
    LEFT JOIN (
        SELECT n.row_no, count(DISTINCT n.parcel_uid) AS parcels, (array_agg(n.content_hash))[1] AS content_hash FROM named AS n GROUP BY n.row_no
    ) AS n ON n.row_no = s.row_no AND n.parcels = 1 AND n.content_hash = s.content_hash
    WHERE n.row_no IS NULL
      AND s.geom IS NOT NULL
)
SELECT EXISTS (SELECT FROM named AS n WHERE n.commune_code = ANY (%(communes)s::text[]))
    OR EXISTS (
        SELECT
        FROM ledger.quarantine_state AS q
        CROSS JOIN LATERAL (
            VALUES ('source_key', q.source_alias), ('national_id', q.national_alias), ('sheet', q.sheet_alias)
        ) AS w (kind, value)
        JOIN handle AS h ON h.kind = w.kind AND h.value = w.value
        WHERE q.province_code = %(province)s AND q.commune_code = ANY (%(communes)s::text[]) AND q.state = 'open')
    OR EXISTS (
        -- OFFSET keeps the planner to one search of the index of geometries per row. The province is told by what it is not: that is in
        -- no index that it might go through whole.
        SELECT
        FROM unlike AS u
        CROSS JOIN LATERAL (
            SELECT q.commune_code, q.geom
            FROM land.parcel AS q
            WHERE NOT q.province_code = ANY (%(other_provinces)s::text[])
              AND q.geom && u.geom
            OFFSET 0
        ) AS p
        WHERE p.commune_code = ANY (%(communes)s::text[])
          AND land.common_share(p.geom, u.geom) >= %(same_land_share)s) AS reached
