"""Bytes in: from an inbox, a path or a connection into landing, opened and read by their format."""
