"""The main text of a page: its blocks, what is known about each, and which of them are the article."""
