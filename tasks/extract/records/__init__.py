"""Answers of JSON APIs to text and records: a module for each API that is known, one for all others."""
