"""Training the classifiers of directives from annotated papers, and the one of block labels from pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from policymine.extraction.training import train_folder
from policymine.operations.block_training import train_blocks


@task(name="train", cache_policy=NO_CACHE)
def train_models(gold: str, into: str) -> dict[str, Any]:
    """Trains on every gold file of a folder and writes model and card; returns the figures."""
    return train_folder(Path(gold), Path(into))


@task(name="train-blocks", cache_policy=NO_CACHE)
def train_block_model(corpora: str, into: str) -> dict[str, Any]:
    """Trains on the pages and lines of a folder and writes model and card; returns the figures."""
    return dict(train_blocks(Path(corpora), Path(into)))


@flow(name="train", log_prints=False, validate_parameters=True)
def train(gold: str, into: str, corpora: str | None = None) -> dict[str, Any]:
    """Trains the classifiers reproducibly.

    Args:
        gold: folder of annotated papers (`*.json`).
        into: folder that model files and the model card are written to.
        corpora: folder with block_lines.jsonl and pages; the model of block labels is trained from it into `into`/blocks.

    Returns:
        The figures of the model cards.
    """
    figures = train_models(gold, into)
    card = Path(into, "model_card.md").read_text(encoding="utf-8")
    create_markdown_artifact(key="model-card", markdown=card, description="classifiers of directives")
    if corpora:
        figures |= train_block_model(corpora, str(Path(into, "blocks")))
    return figures
