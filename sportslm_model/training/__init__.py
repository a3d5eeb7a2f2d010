"""Training: one loop (`loop.py`) and three objectives: next tokens, conversations, preferences."""
