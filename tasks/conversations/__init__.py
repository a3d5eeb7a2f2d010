"""Conversations: questions and answers about games and passages, for fine-tuning, and preference pairs."""
