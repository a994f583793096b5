"""The settings: where, when and how fast. What is extracted is decided by rules, never here.

One frozen `Settings` is built in a surface (environment `POLICYMINE_…`, then `policymine.toml`, then the defaults below) and
handed down.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

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
    log_level: str = Field("WARNING", description="level of the log on stderr")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Explicit values first, then the environment, then the file named by `toml_file`."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


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
