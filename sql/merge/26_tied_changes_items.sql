-- Whether they differ in the many-valued part.
-- An item that came or went is a difference too. Of a person who is erased nothing is left to differ from: the same version says him
-- again.
UPDATE merge_tie AS tie
SET differs = true
FROM (
    SELECT coalesce(w.row_no, l.row_no) AS row_no
    FROM (
        SELECT t.row_no, {place} AS place, i.content_hash
        FROM merge_tie AS t
        JOIN {staged} AS i ON i.row_no = t.row_no
        WHERE NOT t.gone
          AND (%(spoken)s::text[] IS NULL OR t.commune_code = ANY (%(spoken)s::text[]))
          {but_erased}
    ) AS w
    FULL JOIN (
        SELECT t.row_no, {place} AS place, i.content_hash
        FROM merge_tie AS t
        JOIN {live} AS i ON i.province_code = %(province)s AND i.parcel_uid = t.source_uid
        WHERE NOT t.gone
          AND (%(spoken)s::text[] IS NULL OR t.commune_code = ANY (%(spoken)s::text[]))
          {but_erased}
    ) AS l ON l.row_no = w.row_no AND l.place = w.place
    WHERE w.content_hash IS DISTINCT FROM l.content_hash
) AS d
WHERE d.row_no = tie.row_no
