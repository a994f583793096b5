"""What is there to copy (units, cron lines, container and compose file) is right, and fits the commands and settings.

The compose file is checked against the schema of the compose specification that comes with check-jsonschema, the Containerfile
by hadolint, the units by systemd-analyze where the system has it and by what is read here everywhere: no network is needed.
"""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from policymine.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
UNITS = sorted((DEPLOY / "systemd").iterdir())
SECRETS = {"policymine_database_url", "policymine_notify"}
FIELD = re.compile(r"(\*|\d+)([-/,]\d+)*")


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([name, *map(str, arguments)], capture_output=True, text=True, check=False)


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(strict=False, interpolation=None, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(path, encoding="utf-8")
    return parser


@pytest.fixture(scope="module")
def commands() -> set[str]:
    shown = tool(str(BIN / "policymine"), "--help").stdout
    return set(re.findall(r"^  ([a-z]+) ", shown, flags=re.MULTILINE))


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return content


# --- containers ----------------------------------------------------------------------------------------------------------


def test_the_compose_file_is_one() -> None:
    done = tool(str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", DEPLOY / "compose.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_compose_file_would_be_seen(tmp_path: Path) -> None:
    wrong = (DEPLOY / "compose.yaml").read_text(encoding="utf-8").replace("healthcheck:", "helthcheck:", 1)
    (tmp_path / "compose.yaml").write_text(wrong, encoding="utf-8")
    done = tool(str(BIN / "check-jsonschema"), "--builtin-schema", "vendor.compose-spec", tmp_path / "compose.yaml")
    assert done.returncode == 1
    assert "helthcheck" in done.stdout


def test_the_container_file_is_clean() -> None:
    done = tool(str(BIN / "hadolint"), "--no-color", DEPLOY / "Containerfile")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_careless_container_file_would_be_seen(tmp_path: Path) -> None:
    (tmp_path / "Containerfile").write_text("FROM python:latest\nRUN cd /srv && sudo pip install policymine\n")
    done = tool(str(BIN / "hadolint"), "--no-color", tmp_path / "Containerfile")
    assert done.returncode != 0
    assert "DL3007" in done.stdout


def test_what_the_container_file_copies_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = [name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, flags=re.MULTILINE) for name in line.split()]
    assert set(copied) >= {"requirements.lock", "pyproject.toml", "src", "flows"}
    assert all((ROOT / name).exists() for name in copied)


def test_the_services_are_postgresql_prefect_and_a_worker(compose: dict[str, Any], commands: set[str]) -> None:
    services = compose["services"]
    assert {"postgres", "prefect", "worker"} <= set(services)
    assert services["worker"]["entrypoint"][-1] == "policymine_flows.deployments"
    assert find_spec("policymine_flows.deployments") is not None
    assert set(re.findall(r"policymine --quiet (\w+)", str(services["alarm"]["entrypoint"]))) <= commands
    assert (DEPLOY / compose["x-policymine"]["build"]["context"] / compose["x-policymine"]["build"]["dockerfile"]).exists()
    assert set(compose["secrets"]) == {*SECRETS, "postgres_password"}
    for service in services.values():
        for name in service.get("environment", {}):
            known = not name.startswith("POLICYMINE_") or name == "POLICYMINE_SECRETS"
            assert known or name.removeprefix("POLICYMINE_").lower() in Settings.model_fields, name
        assert service["logging"]["options"]["max-file"], "container logs are rotated"
        for value in service.get("environment", {}).values():
            assert "://" not in str(value) or "@" not in str(value), "no password in the environment"


# --- systemd and cron ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_fit_the_product(path: Path, commands: set[str]) -> None:
    parsed = unit(path)
    if path.suffix == ".timer":
        assert (path.with_suffix(".service")).exists()
        assert parsed["Timer"]["OnCalendar"].endswith(" Asia/Shanghai")
        assert parsed["Timer"]["Persistent"] == "true", "a night that was missed is made up"
        return
    words = parsed["Service"]["ExecStart"].split()
    assert words[0].endswith("/.venv/bin/policymine")
    assert words[1] in commands
    credentials = set(re.findall(r"^LoadCredential=(\w+):", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert credentials
    assert (
        credentials <= SECRETS == {f"policymine_{name}" for name in ("database_url", "notify") if name in Settings.model_fields}
    )
    assert parsed["Unit"].get("OnFailure", path.name) in {known.name for known in UNITS}


def test_systemd_takes_them(tmp_path: Path) -> None:
    """systemd's own check, where there is a systemd; on other machines the test above must do."""
    program = shutil.which("systemd-analyze")
    assert program or not Path("/run/systemd/system").exists(), "a machine with systemd has its check"
    if program is None:
        return
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/srv/policymine/.venv/bin/policymine", str(BIN / "policymine"))
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = tool(program, "verify", *sorted(tmp_path.iterdir()))
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line or line.startswith("policymine-")]
    assert not complaints
    (tmp_path / "policymine-nightly.service").write_text("[Service]\nType=onshot\nExecStart=/no/such\n", encoding="utf-8")
    planted = tool(program, "verify", tmp_path / "policymine-nightly.service")
    assert "onshot" in planted.stderr


def test_the_cron_lines(commands: set[str]) -> None:
    lines = [line for line in (DEPLOY / "crontab").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    jobs = [line for line in lines if not re.match(r"\w+=", line)]
    assert len(jobs) == 4
    for name in (line.partition("=")[0] for line in lines if line.startswith("POLICYMINE_")):
        assert name == "POLICYMINE_SECRETS" or name.removeprefix("POLICYMINE_").lower() in Settings.model_fields
    for job in jobs:
        when, rest = (
            (job.split(None, 1)[:1], job.split(None, 1)[1])
            if job[0] == "@"
            else (job.split(None, 5)[:5], job.split(None, 5)[5])
        )
        assert when == ["@reboot"] or all(FIELD.fullmatch(field) for field in when)
        user, command = rest.split(None, 1)
        assert user == "policymine"
        assert set(re.findall(r"bin/policymine --quiet (\w+)", command)) <= commands
        assert "%" not in command, "cron takes it for a line break"
