-- With which content a commune came last, where that left nothing to do: the same content later changes nothing there, and is not merged.
CREATE TABLE ledger.settled_commune (
    province_code text NOT NULL,
    commune_code text NOT NULL,
    commune_valid_from date NOT NULL,
    content_hmac text NOT NULL,
    without_geometry integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    run_id text NOT NULL,
    PRIMARY KEY (province_code, commune_code)
);
