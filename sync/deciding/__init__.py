"""Who decides what: named deciders, events of land, and when the yes of one person is not enough."""
