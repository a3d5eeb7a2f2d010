"""Tokenizer: byte-level BPE learned from the training split, then pinned."""
