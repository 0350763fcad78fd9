-- Which reading of a hold a person chose (docs/identity.md), where it is not said by the hold: of the run that applies it, and of the decision.
ALTER TABLE ledger.run ADD COLUMN reading text CHECK (reading IN ('rekeyed', 'moved'));
ALTER TABLE ledger.approval ADD COLUMN reading text CHECK (reading IN ('rekeyed', 'moved'));
