"""The stages: one folder each, with a thin Prefect door (``task.py``) and the work beside it."""
