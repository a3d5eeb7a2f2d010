"""Every stage's door and contract, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.align import task as align
from tasks.clean import task as clean
from tasks.conversations import task as conversations
from tasks.crawl import task as crawl
from tasks.dedup import task as dedup
from tasks.encode import task as encode
from tasks.evaluate import task as evaluate
from tasks.extract import task as extract
from tasks.mix import task as mix
from tasks.pretrain import task as pretrain
from tasks.register import task as register
from tasks.sft import task as sft
from tasks.tokenizer import task as tokenizer
from tasks.topics import task as topics

if TYPE_CHECKING:
    from tasks.door import Door
    from tasks.stage import Stage

DOORS: dict[str, Door] = {
    "crawl": crawl.crawl,
    "extract": extract.extract,
    "topics": topics.topics,
    "clean": clean.clean,
    "dedup": dedup.dedup,
    "mix": mix.mix,
    "tokenizer": tokenizer.tokenizer,
    "encode": encode.encode,
    "conversations": conversations.conversations,
    "pretrain": pretrain.pretrain,
    "sft": sft.sft,
    "align": align.align,
    "evaluate": evaluate.evaluate,
    "register": register.register,
}
CONTRACTS: dict[str, Stage] = {
    module.STAGE.name: module.STAGE
    for module in (
        crawl,
        extract,
        topics,
        clean,
        dedup,
        mix,
        tokenizer,
        encode,
        conversations,
        pretrain,
        sft,
        align,
        evaluate,
        register,
    )
}
