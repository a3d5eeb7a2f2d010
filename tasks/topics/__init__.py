"""Topics: which words tell sport from the rest, and one sport from another, learned or as shipped."""
