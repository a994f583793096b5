"""One Prefect harness for all flow tests, and the sample site on loopback."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from prefect.testing.utilities import prefect_test_harness

ROOT = Path(__file__).parents[2]


def load_serve() -> ModuleType:
    spec = importlib.util.spec_from_file_location("serve", ROOT / "corpora" / "serve.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session", autouse=True)
def harness() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=90):
        yield


@pytest.fixture(scope="session")
def requested() -> list[str]:
    """Every path that the sample site was asked for, in all tests."""
    return []


@pytest.fixture(scope="session")
def site(requested: list[str]) -> Iterator[str]:
    with load_serve().serve(ROOT / "corpora" / "sample_site", on_request=requested.append) as address:
        yield address


@pytest.fixture
def config(tmp_path: Path, site: str) -> Callable[..., str]:
    """Writes a settings file whose table, archive and sources lie in the test's folder."""

    def write(**more: object) -> str:
        path = tmp_path / "policymine.toml"
        lines = {
            "database_url": f'"sqlite:///{tmp_path}/policymine.db"',
            "archive": f'"{tmp_path}/archive"',
            "reports": f'"{tmp_path}/reports"',
            "work": f'"{tmp_path}/work"',
            "addresses": f'{{ sample = "{site}" }}',
            **more,
        }
        path.write_text("\n".join(f"{key} = {value}" for key, value in lines.items()), encoding="utf-8")
        return str(path)

    return write
