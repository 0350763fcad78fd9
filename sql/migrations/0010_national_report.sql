-- The national report as it was given out: what the next one is compared with, and what nobody can change afterwards.
CREATE TABLE ledger.national_report (
    report_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    made_at timestamptz NOT NULL,
    actor text NOT NULL,
    policies text[] NOT NULL,
    code_version text NOT NULL,
    provinces jsonb NOT NULL,
    totals jsonb NOT NULL
);
