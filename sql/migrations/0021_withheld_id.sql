-- National ids that a province gave to a parcel of its own while a parcel of another province has them: the parcel is published
-- without the id, and this says which, since when. One that holds its id again, brings another one, or ends leaves the table;
-- that it was published without is in its versions.
CREATE TABLE land.withheld_id (
    province_code text NOT NULL,
    parcel_uid uuid NOT NULL,
    national_id text COLLATE "C" NOT NULL,
    withheld_since timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, parcel_uid)
);
CREATE INDEX withheld_id_national ON land.withheld_id (national_id);
