"""The dataset's datasheet as a page of a flow's run."""

from __future__ import annotations

from tasks.datasheet.collect import datasheet
from tasks.datasheet.sheet import as_markdown
from tasks.lake import Lake

KEY = "datasheet"


def publish_datasheet(lake: Lake) -> None:
    """Write the sheet as a Markdown artifact of the flow that is running."""
    from prefect.artifacts import create_markdown_artifact

    sheet = datasheet(lake)
    create_markdown_artifact(key=KEY, markdown=as_markdown(sheet), description=sheet.title)
