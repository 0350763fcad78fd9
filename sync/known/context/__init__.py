"""The context file: what the nation knows of one province, for checking on the province's own machines."""
