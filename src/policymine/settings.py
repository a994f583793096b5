"""The settings: where, when and how fast. What is extracted is decided by rules, never here.

One frozen `Settings` is built in a surface (environment `POLICYMINE_…`, then `policymine.toml`, then the defaults below) and
handed down.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from policymine.errors import SettingsError


class Settings(BaseSettings):
    """All settings with their defaults; docs/reference/settings.md is generated from the descriptions."""

    model_config = SettingsConfigDict(env_prefix="POLICYMINE_", frozen=True, extra="forbid")

    database_url: str = Field("sqlite:///data/policymine.db", description="SQLAlchemy address of the knowledge table")
    archive: Path = Field(Path("data/archive"), description="folder of the archived pages (WARC)")
    work: Path = Field(Path("data/work"), description="folder of what a run leaves between its steps")
    addresses: dict[str, str] = Field({}, description="where a source is reached instead of its own address, by source id")
    reports: Path = Field(Path("data/reports"), description="folder of the run reports")
    overlay: Path | None = Field(None, description="folder whose sites/*.toml add to and override the packaged ones")
    contact: str = Field("", description="address that the crawler names to the sites it visits; needed for any real site")
    user_agent: str = Field("policymine", description="name that the crawler gives itself")
    chunk: int = Field(150, ge=1, le=1000, description="documents per mining task")
    max_bytes: int = Field(64_000_000, ge=1_000, description="largest file or response that is read, in bytes")
    max_quarantine: float = Field(0.05, ge=0, le=1, description="share of failed pages above which nothing is published")
    drift: float = Field(0.5, gt=0, description="relative distance from the mean of seven nights at which publishing stops")
    min_free: int = Field(200_000_000, ge=0, description="bytes that must be free before a run begins")
    disk_budget: int | None = Field(
        None, ge=0, description="bytes that table, archive, work, reports and backups may use together"
    )
    clock_slack: float = Field(
        24, ge=0, description="hours that the clock may be behind the last run before a run refuses to begin"
    )
    backups: Path = Field(Path("data/backups"), description="folder of the backups")
    backups_keep: int = Field(7, ge=1, description="how many whole backups stay")
    night_hours: float = Field(26, gt=0, description="hours without a night after which `policymine alarm` speaks up")
    notify: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="addresses for alarms, as Apprise writes them; a secret: environment or file, never TOML"
    )
    log_file: Path | None = Field(None, description="file that the log goes to instead of stderr, rotated")
    log_bytes: int = Field(10_000_000, ge=1_000, description="size at which the log file is rotated")
    log_keep: int = Field(7, ge=1, description="how many rotated log files stay")
    log_level: str = Field("WARNING", description="level of the log on stderr")

    @field_validator("notify", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Addresses stand one a line in a file, or between spaces in the environment."""
        return value.split() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Explicit values first, then the environment, then the folder of secrets, then the file named by `toml_file`."""
        secrets = secrets_folder()
        files = (SecretsSettingsSource(settings_cls, secrets_dir=secrets),) if secrets else ()
        return init_settings, env_settings, *files, TomlConfigSettingsSource(settings_cls)


def secrets_folder() -> Path | None:
    """The folder whose files `policymine_NAME` hold settings that nobody else should read.

    `POLICYMINE_SECRETS` names it; systemd (`LoadCredential=`) names its own.
    """
    named = os.environ.get("POLICYMINE_SECRETS") or os.environ.get("CREDENTIALS_DIRECTORY")
    if named and not Path(named).is_dir():
        raise SettingsError("POLICYMINE_SECRETS", named, "there is no such folder; make it or unset the variable")
    return Path(named) if named else None


def load_settings(config: Path | None = None, **overrides: Any) -> Settings:
    """The settings of this process.

    Args:
        config: a TOML file; without it `policymine.toml` in the working folder is read if it is there.
        **overrides: values that win over file and environment; None means not given.

    Raises:
        SettingsError: an unknown key or a value of the wrong kind; names the key.
    """
    if config is not None and not config.is_file():
        raise SettingsError(str(config), "", "there is no such file; give the path of a TOML file to --config")
    path = config or Path("policymine.toml")
    _refuse_secrets(path)
    configured = type("Settings", (Settings,), {"model_config": SettingsConfigDict(toml_file=path)})
    try:
        settings: Settings = configured(**{key: value for key, value in overrides.items() if value is not None})
    except ValidationError as problem:
        first = problem.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SettingsError(str(path), key, f"{first['msg']}; see docs/reference/settings.md") from problem
    except ValueError as problem:
        raise SettingsError(str(path), "", f"is no TOML ({problem})") from problem
    return settings


_PASSWORD = re.compile(r"://[^/@:]*:[^/@]+@")


def _refuse_secrets(path: Path) -> None:
    """Settings files are copied, mailed and committed: what is secret may not stand in them."""
    if not path.is_file():
        return
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # the reader of the settings says what is wrong with it
    for key, value in content.items():
        if key == "notify" or (isinstance(value, str) and _PASSWORD.search(value)):
            places = f"POLICYMINE_{key.upper()} or a file policymine_{key} in the folder that POLICYMINE_SECRETS names"
            raise SettingsError(str(path), key, f"is a secret, which has no place in TOML; put it into {places}")
