-- How many many-valued records came, beside how many went: a co-owner who joins is in the receipt. Receipts of before did not count it.
ALTER TABLE ledger.receipt_column ADD COLUMN added integer NOT NULL DEFAULT 0 CHECK (added >= 0);

-- Of form 5 a receipt's columns say it.
ALTER TABLE ledger.receipt DROP CONSTRAINT receipt_form_check, ADD CONSTRAINT receipt_form_check CHECK (form IN (1, 2, 3, 4, 5));
