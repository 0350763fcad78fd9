"""The workshop's commands, one file each."""
