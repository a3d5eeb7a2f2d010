"""Where servers and databases of a run are, set before Prefect or MLflow are imported.

State lives under the home folder; a user's own ``~/.prefect`` is left alone. If ``sportslm up`` is running,
its servers are used, else Prefect starts an ephemeral one. Nothing reports to anyone.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tasks.store import explained

SERVERS = "servers.json"
QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",
    "HF_HUB_OFFLINE": "1",
}


def prepare(home: Path) -> None:
    """Point Prefect at the home folder, or at the servers that are up; called before it is imported."""
    home = home.absolute()
    with explained(str(home)):
        (home / "prefect").mkdir(parents=True, exist_ok=True)
    settings = {
        **QUIET,
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
        "PREFECT_LOGGING_LEVEL": "INFO",
        # A failed run's log goes to the server; the terminal gets one line (flows/cli/main.py).
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    }
    for name, value in settings.items():
        os.environ.setdefault(name, value)
    url = running_servers(home).get("prefect_api")
    if url:
        os.environ.setdefault("PREFECT_API_URL", url)


def running_servers(home: Path) -> dict[str, Any]:
    """Return the addresses of the servers that ``sportslm up`` started, or nothing if they do not answer."""
    try:
        record: dict[str, Any] = json.loads((home / SERVERS).read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return record if answers(f"{record['prefect_api']}/health") else {}


def answers(url: str, timeout_s: float = 2.0) -> bool:
    """Tell whether a server on this machine answers."""
    try:
        with urlopen(url, timeout=timeout_s) as response:
            return bool(response.status < 500)
    except (URLError, OSError):
        return False


def tracking_uri(home: Path, configured: str = "") -> str:
    """Return MLflow's address: the configured one, or the SQLite database in the home folder."""
    return configured or f"sqlite:///{home.absolute() / 'mlflow.db'}"
