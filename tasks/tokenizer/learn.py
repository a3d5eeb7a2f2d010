"""Learning a byte-level BPE vocabulary (Sennrich et al., 2016; on bytes as GPT-2) from the training split."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from sportslm_model.chat_format import END, PAD, SPECIAL_TOKENS
from tasks.counts import Counts
from tasks.identity import digest
from tasks.mix.chain import MixedText, SnapshotFiles, mixed_texts
from tasks.mix.splits import Split
from tasks.schema import MIXTURE, read_parquet
from tasks.tokenizer.config import TokenizerConfig
from tasks.tokenizer.report import tokenizer_report

TOKENIZER_FILE = "tokenizer.json"
TOKENIZER_CONFIG_FILE = "tokenizer_config.json"
REPORT_FILE = "report.json"

# The published expressions, verbatim: fast encoders recognise them by their text.
PRE_TOKENIZERS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "llama3": (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
}

# Wordings met in conversations but not in pages: without them "Question" would be several tokens.
# Repeated so that they count as frequent in the smallest corpus.
CHAT_WORDINGS = "\n\nQuestion: Who won?\n\nQuestion: What was the final score?\n\nFill in the blank:"
CHAT_REPEATS = 50


def train_tokenizer(
    mixture: Path, chain: Sequence[SnapshotFiles], out: Path, config: TokenizerConfig
) -> Counts:
    """Write ``tokenizer.json``, ``tokenizer_config.json`` and ``report.json``; equal inputs give equal bytes.

    Only the training split is read, so held-out text cannot leak into the vocabulary; both are measured.

    Returns:
        training documents seen and learned from.

    Raises:
        ValueError: if the corpus is too small for the vocabulary asked for.
    """
    tokenizer = _untrained(config.pre_tokenizer)
    share = _share_read(mixture, config.max_train_bytes)
    counter = _Counter()
    tokenizer.train_from_iterator(
        counter.watch(_drawn(mixed_texts(mixture, chain, Split.TRAIN), share, config.seed)),
        trainers.BpeTrainer(
            vocab_size=config.vocab_size,
            min_frequency=config.min_frequency,
            special_tokens=list(SPECIAL_TOKENS),
            initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
            show_progress=False,
        ),
    )
    _check_special_ids(tokenizer)
    found = tokenizer.get_vocab_size()
    if found < config.vocab_size:
        raise ValueError(
            f"the training text ({counter.num_bytes:,} bytes) yields a vocabulary of {found:,} tokens, "
            f"{config.vocab_size:,} were asked for; set tokenizer.vocab_size={found - found % 128} or less, "
            "or add text"
        )
    out.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(out / TOKENIZER_FILE))
    _write_json(out / TOKENIZER_CONFIG_FILE, _transformers_config())
    _write_json(out / REPORT_FILE, tokenizer_report(tokenizer, mixed_texts(mixture, chain)))
    return Counts(counter.seen, counter.used, {"not_drawn": counter.seen - counter.used} if share < 1 else {})


def _untrained(pre_tokenizer: str) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PRE_TOKENIZERS[pre_tokenizer]), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


class _Counter:
    """Counts documents as they pass to the trainer, which consumes an iterator of plain strings."""

    def __init__(self) -> None:
        self.seen = self.used = self.num_bytes = 0

    def watch(self, texts: Iterable[tuple[str, bool]]) -> Iterator[str]:
        for text, drawn in texts:
            self.seen += 1
            if drawn:
                self.used += 1
                self.num_bytes += len(text.encode())
                yield text
        yield CHAT_WORDINGS * CHAT_REPEATS


def _drawn(texts: Iterable[MixedText], share: float, seed: int) -> Iterator[tuple[str, bool]]:
    for row in texts:
        yield row.text, share >= 1 or int(digest(str(seed), row.id)[:8], 16) / 16**8 < share


def _share_read(mixture: Path, max_train_bytes: int) -> float:
    rows = read_parquet(mixture, MIXTURE, ["split", "exclusion", "num_bytes"]).to_pylist()
    total = sum(row["num_bytes"] for row in rows if row["exclusion"] is None and row["split"] == Split.TRAIN)
    return max_train_bytes / max(int(total), 1)


def _check_special_ids(tokenizer: Tokenizer) -> None:
    found = [tokenizer.token_to_id(token) for token in SPECIAL_TOKENS]
    assert found == list(range(len(SPECIAL_TOKENS))), f"special tokens got ids {found}"


def _transformers_config() -> dict[str, object]:
    """Return what transformers needs beside tokenizer.json to load the tokenizer as it is meant."""
    end, pad = SPECIAL_TOKENS[END], SPECIAL_TOKENS[PAD]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": end,
        "pad_token": pad,
        "clean_up_tokenization_spaces": False,
        "additional_special_tokens": [token for token in SPECIAL_TOKENS if token not in (end, pad)],
    }


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
