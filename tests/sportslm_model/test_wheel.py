"""The wheel alone, with only the base dependencies, trains from token shards."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from sportslm_model.config import PretrainConfig
from tests.sportslm_model.small_inputs import MakeJob

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "sportslm_model"
BASE = {"torch", "numpy", "safetensors", "tokenizers", "pydantic"}
PIP = ("-m", "pip", "--disable-pip-version-check", "--quiet")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that no build folder is left in the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "sportslm_model"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
    command = [sys.executable, *PIP, "wheel", str(source), "--no-deps", "--wheel-dir", str(folder)]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_wheel_holds_every_module_and_asks_for_the_base_dependencies_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
        metadata = archive.read(next(n for n in archive.namelist() if n.endswith("/METADATA"))).decode()
    sources = {f"sportslm_model/{p.relative_to(PACKAGE).as_posix()}" for p in PACKAGE.rglob("*.py")}
    assert names == {name for name in sources if "/build/" not in name} | {"sportslm_model/py.typed"}
    required = [line.split()[1] for line in metadata.splitlines() if line.startswith("Requires-Dist:")]
    assert {re.split("[<>=!~;]", line)[0] for line in required} == BASE


@pytest.mark.slow
def test_wheel_in_an_environment_of_its_own_trains_from_token_shards(
    wheel: Path, make_job: MakeJob, tmp_path: Path
) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    constraints = ["-c", str(REPOSITORY / "constraints.txt")]
    install = [python, *PIP, "install", *constraints, str(wheel)]
    done = subprocess.run(install, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    root = make_job(
        "job", "pretrain", PretrainConfig(preset="tiny", num_steps=10, context_length=64, num_threads=1)
    )
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [python, "-m", "sportslm_model.entry", "--root", str(root)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads((root / "model" / "training.json").read_text("utf-8"))["steps"] == 10
    looked_for = ("pyarrow", "prefect", "mlflow", "boto3", "scrapy", "tasks", "sportslm_model")
    script = f"import importlib.util as u; print([n for n in {looked_for!r} if u.find_spec(n)])"
    found = subprocess.check_output([python, "-c", script], cwd=tmp_path, env=environment, text=True)
    assert found.strip() == "['sportslm_model']"
