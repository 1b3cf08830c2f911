"""Settings from everywhere: defaults, then a file, then the environment, then the command line."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from flows.errors import UsageError
from flows.warehouse.asked import COLUMNS, demand_of
from flows.warehouse.home import Home
from schemas.selector import Selector
from schemas.settings import Settings

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
DEFAULT_CONFIG = Path("casebook.toml")
DEFAULT_HOMES = {False: Path("data", "build", "main"), True: Path("data", "build", "sample")}


def load_settings(selector: Selector, config: Path | None = None, **told: Any) -> Settings:
    """The settings of a build; `told` are those its user gave, None where nothing was said."""
    settings = said_settings(config, **told)
    try:
        demand_of(settings).require_columns(COLUMNS)
    except ValueError as error:
        raise UsageError(str(error)) from None
    home = settings.home or DEFAULT_HOMES[selector.sample]
    # The sample goes nowhere unless it was told to.
    publish = told.get("publish") if selector.sample else settings.publish
    return settings.model_copy(update={"home": home, "publish": publish})


def said_settings(config: Path | None = None, **told: Any) -> Settings:
    """What file, environment and command line say, as far as it makes sense."""
    path = config or DEFAULT_CONFIG
    if config and not config.is_file():
        raise UsageError(f"{config}: there is no such file")
    if os.path.lexists(path) and not path.is_file():
        raise UsageError(f"{path}: it is no file that could be read; remove it")
    given = {name: value for name, value in told.items() if value not in (None, (), [])}
    try:
        loaded = _from(path)(**given)
        demand_of(loaded)
    except ValidationError as error:
        raise UsageError(_sentence(error, path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: {error}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    return Settings(**loaded.model_dump())


def existing_home(named: Path | None, config: Path | None = None) -> Home:
    """The home that a command means: the one named or set, else one that was built by default."""
    for sample in (False, True):
        home = Home(load_settings(Selector(sample=sample), config, home=named).home or Path())
        if home.runs.is_dir():
            return home
    raise UsageError(f"nothing was built in {home.root} yet: run `casebook build` first")


def _from(path: Path) -> type[Settings]:
    class Loaded(Settings, BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix="CASEBOOK_", toml_file=path, extra="forbid", frozen=True
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    return Loaded


def _sentence(error: ValidationError, path: Path) -> str:
    first = error.errors(include_url=False)[0]
    name = ".".join(map(str, first["loc"]))
    if first["type"] == "extra_forbidden":
        return f"{path}: there is no setting {name!r}"
    meaning = Settings.model_fields[name].description if name in Settings.model_fields else ""
    why = first["msg"].removeprefix("Value error, ")
    if first["type"] == "string_pattern_mismatch":
        why = "it does not read so"
    return f"{name} cannot be {first['input']!r} ({meaning}): {why[0].lower()}{why[1:]}"
