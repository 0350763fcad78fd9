-- Those cases go on under the id of today; their events and decisions stay where they are, by the id they began with.
UPDATE ledger.finding_case AS c
SET finding_id = r.finding_id,
    former_ids = array_append(c.former_ids, r.before)
FROM register_renamed AS r
WHERE c.finding_id = r.before
