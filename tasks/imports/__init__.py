"""Imports: JSON Lines, Parquet and text files of the user's own, as documents beside the crawled ones."""
