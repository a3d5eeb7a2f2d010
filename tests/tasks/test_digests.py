"""Versions cannot be forgotten: each text and integer stage gives the bytes it gave before on a fixed input.

``tests/stage_digests.json`` holds, by stage, its version, its fingerprint on this input and the content it
made. The same fingerprint with another content is a change that would be served stale: the stage's version
must be raised. Another fingerprint is a change on purpose, noted by ``pytest --update-stage-digests``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel

from flows.doors import CONTRACTS
from tasks.clean.config import CleanConfig
from tasks.conversations.config import ConversationsConfig
from tasks.dedup.config import DedupConfig
from tasks.encode.config import EncodeConfig
from tasks.extract.config import ExtractConfig
from tasks.imports.snapshot import ImportConfig, import_snapshot
from tasks.lake import Artifact, Lake
from tasks.mix.config import MixConfig
from tasks.stage import build_artifact
from tasks.tokenizer.config import TokenizerConfig
from tasks.topics.config import TopicsConfig
from tests.tasks.fixed_pages import NUM_GAMES, write_warc
from tests.tasks.stages import SERIAL

NOTED = Path(__file__).resolve().parents[1] / "stage_digests.json"
NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
STAGES: dict[str, tuple[BaseModel, dict[str, str]]] = {
    "extract": (ExtractConfig(), {"raw": "raw"}),
    "topics": (TopicsConfig(), {}),
    "clean": (CleanConfig(), {"documents": "extract", "classifiers": "topics"}),
    "dedup": (DedupConfig(), {"clean": "clean"}),
    "mix": (MixConfig(validation_ratio=0.2), {"unique": "dedup", "documents": "extract"}),
    "tokenizer": (
        TokenizerConfig(vocab_size=384),
        {"mixture": "mix", "unique": "dedup", "documents": "extract"},
    ),
    "encode": (EncodeConfig(), {"unique": "dedup", "tokenizer": "tokenizer"}),
    "conversations": (
        ConversationsConfig(),
        {"mixture": "mix", "unique": "dedup", "documents": "extract"},
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Artifact]:
    """Return what each stage made of the fixed input."""
    folder = tmp_path_factory.mktemp("digests")
    lake = Lake(str(folder / "lake"))
    config = ImportConfig(source="fixed", licence="CC0-1.0")
    import_snapshot(lake, [write_warc(folder / "fixed.warc")], config, SERIAL, NOW)
    (snapshot,) = lake.snapshots()
    found = {"raw": lake.artifact_at(snapshot.artifacts["raw"])}
    for stage, (settings, sources) in STAGES.items():
        inputs = {name: [found[source]] for name, source in sources.items()}
        if stage == "dedup":
            inputs["earlier"] = []
        found[stage] = build_artifact(lake, CONTRACTS[stage], snapshot.id, settings, inputs, SERIAL)
    return found


def note(artifact: Artifact) -> dict[str, object]:
    return {
        "version": CONTRACTS[artifact.stage].version,
        "fingerprint": artifact.fingerprint,
        "content": artifact.content_digest,
    }


def test_fixed_input_reaches_every_stage(made: dict[str, Artifact], request: pytest.FixtureRequest) -> None:
    assert made["extract"].rows_out > 2 * NUM_GAMES
    assert made["clean"].dropped, "nothing was refused: the input says little about cleaning"
    assert made["dedup"].dropped, "nothing was a copy"
    assert made["conversations"].rows_out > NUM_GAMES
    if request.config.getoption("--update-stage-digests"):
        notes = {stage: note(made[stage]) for stage in STAGES}
        NOTED.write_text(json.dumps(notes, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("stage", list(STAGES))
def test_stage_gives_the_bytes_noted_under_its_version(stage: str, made: dict[str, Artifact]) -> None:
    before = json.loads(NOTED.read_text())[stage]
    now = note(made[stage])
    if before == now:
        return
    if before["fingerprint"] == now["fingerprint"]:
        pytest.fail(
            f"{stage} gives other bytes under the same version {now['version']}: what lakes hold would be "
            f"served stale. Bump STAGE version in tasks/{stage}/task.py, then pytest --update-stage-digests"
        )
    pytest.fail(
        f"the fingerprint of {stage} is another one: its version, settings, libraries or inputs changed. "
        "If that is meant, run pytest tests/tasks/test_digests.py --update-stage-digests and commit the file"
    )
