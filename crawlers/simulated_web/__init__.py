"""A simulated sports web: leagues whose every fact is known, told by several small sites on loopback."""
