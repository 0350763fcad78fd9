-- Groups are what the policy says: any number of them, best first, with a code and a title of their own. Beside the group
-- stands all that it was counted from, so that a verdict can be explained and a new policy rehearsed without the run.

ALTER TABLE land.dataset
    DROP CONSTRAINT dataset_usability_group_check,
    ADD CONSTRAINT usability_group_counts_from_one CHECK (usability_group >= 1),
    ADD COLUMN group_code text,
    ADD COLUMN group_title jsonb,
    ADD COLUMN assured_group smallint,
    ADD COLUMN rows_with_error integer,
    ADD COLUMN measured jsonb,
    ADD COLUMN fixes jsonb;

ALTER TABLE ledger.dataset_verdict
    ADD COLUMN group_code text,
    ADD COLUMN group_title jsonb,
    ADD COLUMN assured_group smallint,
    ADD COLUMN rows_read integer,
    ADD COLUMN quarantined integer,
    ADD COLUMN unreadable integer,
    ADD COLUMN rows_with_error integer,
    ADD COLUMN measured jsonb,
    ADD COLUMN fixes jsonb;
