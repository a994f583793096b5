"""Training the sentence classifiers from annotated papers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from policymine.extraction.training import train_folder


@task(name="train", cache_policy=NO_CACHE)
def train_models(gold: str, into: str) -> dict[str, Any]:
    """Trains on every gold file of a folder and writes model and card; returns the figures."""
    return train_folder(Path(gold), Path(into))


@flow(name="train", log_prints=False, validate_parameters=True)
def train(gold: str, into: str) -> dict[str, Any]:
    """Trains the classifiers of directives reproducibly.

    Args:
        gold: folder of annotated papers (`*.json`).
        into: folder that model files and the model card are written to.

    Returns:
        The figures of the model card.
    """
    figures = train_models(gold, into)
    card = Path(into, "model_card.md").read_text(encoding="utf-8")
    create_markdown_artifact(key="model-card", markdown=card, description="classifiers of directives")
    return figures
