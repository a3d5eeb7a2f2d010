"""The model as MLflow loads it: models from code, weights in safetensors, no pickle anywhere.

``mlflow.pyfunc.load_model("models:/sportslm@champion").predict(["Who won?"])`` gives one answer per prompt.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
from mlflow.pyfunc.model import PythonModel, PythonModelContext


class SportsModel(PythonModel):
    """Answers prompts with the packaged checkpoint."""

    def load_context(self, context: PythonModelContext) -> None:
        """Note where the checkpoint lies; it is read at the first prompt."""
        self.folder = Path(context.artifacts["checkpoint"])

    def predict(
        self, context: PythonModelContext, model_input: list[str], params: dict[str, Any] | None = None
    ) -> list[str]:
        """Return the answer to each prompt; ``params`` are sampling settings of the generator."""
        from sportslm_model.generation import ChatSession, Sampling

        session = ChatSession.open(self.folder, Sampling(**{"temperature": 0.0, **(params or {})}))
        answers = []
        for prompt in model_input:
            session.reset()
            answers.append("".join(session.reply(prompt)))
        return answers


mlflow.models.set_model(SportsModel())
