"""Clean: the documents worth training on, with language, sport and quality; rejects by named reason."""
