"""The sandbox's child: reads pages from standard input, answers on standard output, until input ends.

Run as ``python -m tasks.extract.page_worker TIMEOUT_S MEMORY_MB``; see ``sandbox`` for the frames.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import signal
import sys
from typing import Any, BinaryIO

from tasks.extract.html_page import PageRequest, read_page
from tasks.extract.main_text.trees import pinned_trees
from tasks.extract.sandbox import ANSWER, FRAME


def main(timeout_s: float, memory_mb: int) -> None:
    """Answer one page after another. SIGPROF's default action ends the process, in C code too."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing a library prints can be taken for an answer
    logging.disable(logging.CRITICAL)
    import trafilatura  # noqa: F401  (imports and trees are paid for before the first page's clock starts)

    pinned_trees()

    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which closes our input
    resource.setrlimit(resource.RLIMIT_AS, (memory_mb << 20, memory_mb << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _send(answers, {"ready": True})
    while frame := sys.stdin.buffer.read(FRAME.size):
        header_size, body_size = FRAME.unpack(frame)
        request = PageRequest(**json.loads(sys.stdin.buffer.read(header_size)))
        body = sys.stdin.buffer.read(body_size)
        signal.setitimer(signal.ITIMER_PROF, timeout_s)
        answer = answer_for(body, request)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(answers, answer)


def answer_for(body: bytes, request: PageRequest) -> dict[str, Any]:
    """Return the page's fields, or a named reason. The one place where any error is an outcome."""
    try:
        return read_page(body, request).as_dict()
    except MemoryError:
        return {"reason": "out_of_memory"}
    except Exception:  # noqa: BLE001  whatever a page provokes in lxml, trafilatura or htmldate is that page's loss
        return {"reason": "parser_error"}


def _send(answers: BinaryIO, answer: dict[str, Any]) -> None:
    data = json.dumps(answer).encode()
    answers.write(ANSWER.pack(len(data)) + data)
    answers.flush()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
