"""Tune a checkpoint on preference pairs (DPO), as a job of the model package."""
