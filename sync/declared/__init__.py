"""What a province declares of its deliveries: profiles over the base of a system, connections, delivery.toml."""
