"""Dedup: exact and near duplicates removed by verified MinHash, snapshot by snapshot, with an index."""
