-- The parcels of before of these events that had not begun on a day, by what is known now, with their own first day.
SELECT e.event_id::text AS event_id, concat_ws('/', n.commune_code, n.sheet_no, n.parcel_no) AS parcel, b.first_day
FROM (SELECT DISTINCT l.event_id, coalesce(x.from_province_code, l.province_code) AS province_code, l.parent_uid, l.parent_recorded_from
      FROM land.lineage_edge AS l
      JOIN land.lineage_event AS x ON x.event_id = l.event_id
      WHERE l.event_id = ANY (%(ids)s::uuid[])) AS e
CROSS JOIN LATERAL (
    SELECT min(greatest(s.first_day, d.legal_date)) AS first_day
    FROM (SELECT k.first_day, k.stands_at
          FROM analyst.parcel_state AS k
          WHERE k.province_code = e.province_code AND k.parcel_uid = e.parent_uid AND k.nature = 'state'
          OFFSET 0) AS s
    LEFT JOIN analyst.parcel_bound AS d
           ON d.province_code = e.province_code AND d.parcel_uid = e.parent_uid AND d.nature = 'not_begun' AND d.moment <= s.stands_at
          AND d.known_to = 'infinity' AND d.event_id <> e.event_id
) AS b
CROSS JOIN LATERAL (
    SELECT h.commune_code, h.sheet_no, h.parcel_no
    FROM analyst.parcel_history AS h
    WHERE h.province_code = e.province_code AND h.parcel_uid = e.parent_uid AND h.recorded_from = e.parent_recorded_from
    LIMIT 1
) AS n
WHERE b.first_day > %(day)s
ORDER BY b.first_day DESC, parcel
