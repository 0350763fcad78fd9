"""Into the database: COPY to the run's own staging, then one merge transaction per province."""
