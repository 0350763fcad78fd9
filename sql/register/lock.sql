-- The two sides of a seam may be loaded at once: one after the other writes the register, so that the second sees what
-- the first brought live. Held only to the end of the transaction, of which this is the last step. A lock of the table,
-- which only who may write it can take: an advisory one could be taken, and kept, by everybody.
LOCK TABLE ledger.finding_case IN SHARE ROW EXCLUSIVE MODE
