"""Encode: one snapshot's unique documents as flat token shards under a pinned tokenizer."""
