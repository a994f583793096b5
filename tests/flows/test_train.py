"""The training flow writes models and card into a folder that is not there yet."""

from pathlib import Path

from policymine_flows.train import train

ROOT = Path(__file__).parents[2]


def test_train_makes_its_folder(tmp_path: Path) -> None:
    figures = train(str(ROOT / "corpora" / "gold"), str(tmp_path / "new" / "models"))
    assert figures
    made = {path.name for path in (tmp_path / "new" / "models").iterdir()}
    assert made >= {"directive.skops", "boundary.skops", "operational.skops", "model_card.md"}
