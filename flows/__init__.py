"""The order of the stages, and the ``sportslm`` command."""
