-- Rows that land contradicts wait, each with its commune's hold.
-- In communes that nobody let pass knowing that.
UPDATE merge_row AS m
SET status = 'held',
    note = 'contradicted'
FROM merge_land AS l
WHERE l.row_no = m.row_no
  AND l.shared < %(apart_share)s
  AND NOT l.ended
  AND m.status = 'accept'
  AND l.commune_code = ANY (%(contradicted)s::text[])
