-- The rows of a held commune are held.
-- Those elsewhere that would take a parcel out of one wait too: they are found with the other rows that wait for something elsewhere.
UPDATE merge_row AS m
SET status = 'held'
FROM merge_commune AS c
WHERE c.commune_code = m.commune_code
  AND c.held
  AND m.status IN ('accept', 'end')
