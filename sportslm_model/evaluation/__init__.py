"""Scoring a model: bits per byte on held-out text, multiple choice, answers in its own words, speed."""
