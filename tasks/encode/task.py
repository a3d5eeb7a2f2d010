"""The door of encoding: one snapshot's unique documents as token shards."""

from __future__ import annotations

from tasks.counts import Counts
from tasks.door import door
from tasks.encode.shard import encode_shard
from tasks.stage import Attempt, Stage, shard_name


def build(attempt: Attempt) -> Counts:
    """Encode each file of unique documents as one shard."""
    (vocabulary,) = attempt.blobs("tokenizer", "tokenizer.json")
    return attempt.shards(
        encode_shard,
        {
            shard_name(number): {"unique": blob, "tokenizer": vocabulary, "config": attempt.config}
            for number, blob in enumerate(attempt.blobs("unique", "unique.parquet"))
        },
    )


STAGE = Stage(
    name="encode",
    artifact="tokens",
    version=1,
    build=build,
    libraries=("pyarrow", "tokenizers"),
    code=("tasks.encode",),
)
encode = door(STAGE)
