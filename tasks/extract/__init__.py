"""Extract: one WARC segment in, its documents out: main text, facts about the page, where it is from."""
