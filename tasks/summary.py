"""What a stage did, as a page of Markdown: what came in, what went out, and why the rest did not."""

from __future__ import annotations

from tasks.lake import Manifest


def summary_markdown(manifest: Manifest, lake_uri: str) -> str:
    """Return the summary that a run's page shows for a stage."""
    folder = f"{manifest.artifact}/{manifest.snapshot}/{manifest.fingerprint}"
    num_bytes = sum(file.num_bytes for file in manifest.files)
    lines = [
        f"# {manifest.stage}: snapshot {manifest.snapshot}",
        "",
        "| | |",
        "|---|---|",
        f"| rows in | {manifest.rows_in:,} |",
        f"| rows out | {manifest.rows_out:,} |",
        *(f"| dropped: {reason} | {count:,} |" for reason, count in sorted(manifest.dropped.items())),
        *(f"| {name.replace('_', ' ')} | {count:,} |" for name, count in sorted(manifest.extra.items())),
        f"| files | {len(manifest.files)}, {num_bytes / 1e6:,.2f} MB |",
        f"| time | {manifest.seconds:.1f} s |",
        f"| fingerprint | `{manifest.fingerprint}` |",
        f"| content | `{manifest.content_digest[:16]}` |",
        f"| manifest | `{lake_uri}/{folder}/manifest.json` |",
    ]
    if manifest.inputs:
        lines += ["", "Made from:", ""]
        lines += [f"- {name}: `{ref['path']}`" for name, refs in manifest.inputs.items() for ref in refs]
    return "\n".join(lines) + "\n"
