"""The sites of the simulated web, one module each."""
