"""Evaluate: questions about held-out games, scores with intervals against baselines, and the report."""
