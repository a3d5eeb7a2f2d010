"""The ``sportslm`` command: each command calls the same functions as the flows."""
