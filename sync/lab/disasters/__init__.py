"""What the brakes hold: disasters seeded into made-up communes, and nights on which nothing went wrong."""
