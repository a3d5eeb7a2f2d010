"""Tests of the answers of JSON APIs."""
