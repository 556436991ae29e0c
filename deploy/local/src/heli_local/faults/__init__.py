"""The kill matrix: real servers and processes under faults, and whether every committed event had its effect once."""
