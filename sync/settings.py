"""Where things are and how this installation is set up: environment variables `LANDSYNC_…`, nothing else."""

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent  # the checkout, or the folder the packages were installed into


class Settings(BaseSettings):
    """One installation. Passwords come only from here or from Airflow connections, and are never logged."""

    model_config = SettingsConfigDict(env_prefix="LANDSYNC_", extra="ignore")

    home: Path = Field(default=ROOT / ".landsync", description="working data of this checkout")
    dsn: str | None = Field(default=None, description="a PostGIS server of one's own", repr=False)
    airflow_dsn: str | None = Field(
        default=None, description="Airflow metadata on a server of one's own", repr=False
    )
    provinces: Path = Field(
        default=ROOT / "sync" / "declared" / "provinces",
        description="folder of one's own NN.toml and base/; what is not in it is taken from the shipped ones",
    )
    retention: Path = Field(
        default=ROOT / "sync" / "care" / "retention.toml", description="how long deliveries and runs are kept"
    )
    statement_minutes: float = Field(
        default=30, ge=0, description="how long one statement may run in the database; 0: as long as it likes"
    )
    inbox_root: Path | None = Field(default=None, description="folder of inbox/NN")
    key_file: Path | None = Field(default=None, description="file of the installation's key")

    @property
    def inbox(self) -> Path:
        """Where provinces put deliveries: a folder per province code."""
        return self.inbox_root or self.home / "inbox"

    @property
    def landing(self) -> Path:
        """Delivered bytes, by sha256."""
        return self.home / "landing"

    @property
    def private_key(self) -> Path:
        """The installation's key: outside the database, and apart from what is backed up with it."""
        return self.key_file or self.home / "keys" / "private.toml"

    @property
    def runs(self) -> Path:
        """A working folder per run."""
        return self.home / "runs"


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
