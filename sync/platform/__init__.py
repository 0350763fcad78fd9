"""The private platform of a checkout: a PostGIS server and Airflow, started for whoever has none of their own."""
