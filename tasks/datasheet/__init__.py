"""A dataset's datasheet: what is in it, where it is from, what was left out and why; text and pictures."""
