-- Who may decide what, and what each decision rests on.
-- Who may: only the owner writes it, so that nobody who loads can give himself a right. A further row withdraws. While it is empty
-- nobody is named, and every decision says that.
CREATE TABLE ledger.decider (
    decider_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor text NOT NULL CHECK (length(btrim(actor)) > 0),
    role text NOT NULL CHECK (role IN ('office', 'centre')),
    province_code text CHECK (province_code ~ '^[0-9]{2}$'),
    db_login text,
    decision text NOT NULL CHECK (decision IN ('name', 'withdraw')),
    named_by text NOT NULL,
    reason text NOT NULL CHECK (length(btrim(reason)) > 0),
    decided_at timestamptz NOT NULL,
    CHECK ((role = 'office') = (province_code IS NOT NULL))
);

-- A decision about an event of land: by which right, on which document, and why. Of two at once only one is the next.
-- A delivery may declare what was proposed before: a further row says so.
ALTER TABLE land.lineage_event
    DROP CONSTRAINT lineage_event_check,
    ADD CONSTRAINT lineage_event_further CHECK (decides IS NULL OR state <> 'proposed'),
    ADD COLUMN decision_no smallint CHECK (decision_no > 0),
    ADD COLUMN role text CHECK (role IN ('office', 'centre', 'unnamed')),
    ADD COLUMN document text,
    ADD COLUMN reason text,
    ADD COLUMN db_login text,
    ADD CONSTRAINT lineage_event_reason CHECK (decides IS NULL OR state = 'declared' OR coalesce(length(btrim(reason)), 0) > 0) NOT VALID;
CREATE UNIQUE INDEX lineage_event_decision ON land.lineage_event (decides, decision_no) WHERE decides IS NOT NULL;
DROP INDEX land.lineage_event_decides;
CREATE INDEX lineage_event_province ON land.lineage_event (province_code, recorded_at) WHERE decides IS NULL;

-- An approval: by which right, over how many parcels, and whether another person must say yes before anything goes live.
ALTER TABLE ledger.approval
    ADD COLUMN role text CHECK (role IN ('office', 'centre', 'unnamed')),
    ADD COLUMN db_login text,
    ADD COLUMN parcels bigint,
    ADD COLUMN waits boolean NOT NULL DEFAULT false;
CREATE INDEX approval_run ON ledger.approval (run_id);
