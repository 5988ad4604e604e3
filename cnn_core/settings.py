"""The only reader of the environment: where things are kept, and the limits that protect a shared server."""

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs
import psutil
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 2**20
MB = 10**6  # as browsers count the size of a file
WORKER_BYTES = 896 * MIB
"""What a worker takes with TensorFlow and a small network, with room: at most 810 MiB were measured."""
CGROUP_LIMITS = (
    "/sys/fs/cgroup/memory.max",
    "/sys/fs/cgroup/memory.high",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
)


def machine_memory() -> int:
    """Bytes of memory that this machine has, or that the container may take in which this runs.

    Not `distributed.system`, which knows too: the first page would wait for its import.
    """
    memory = psutil.virtual_memory().total
    for path in CGROUP_LIMITS:
        with suppress(OSError, ValueError):  # not Linux, not a container, or "max": no limit
            memory = min(memory, int(Path(path).read_text(encoding="ascii")))
    return memory


def memory_per_worker(training_workers: int) -> int:
    """Bytes for each of the workers, one of which answers questions: three quarters of the machine's, divided."""
    return machine_memory() * 3 // 4 // (training_workers + 1)


def _training_memory(fields: dict[str, Any]) -> int:
    return memory_per_worker(fields["training_workers"])


class Settings(BaseSettings):
    """Every field can be set as an environment variable, ``CNN_STUDIO_<FIELD>``; sizes are in bytes unless named."""

    model_config = SettingsConfigDict(env_prefix="CNN_STUDIO_", frozen=True)

    home: Path = Field(
        Path(platformdirs.user_data_dir("cnn-studio")), description="runs, models and data sets are here"
    )
    database_url: str = Field("", description="SQLAlchemy URL of the run store; empty: SQLite in the home folder")
    models_url: str = Field("", description="fsspec URL of the folder for trained models; empty: in the home folder")
    scheduler_address: str = Field(
        "", validation_alias="DASK_SCHEDULER_ADDRESS", description="a Dask cluster to use instead of a local one"
    )
    teacher_password: SecretStr = Field(
        SecretStr(""), description="set: this server has a class, and people own what they make; the teacher's password"
    )
    training_workers: int = Field(1, ge=1, le=64, description="runs that the local cluster trains at the same time")
    training_memory_bytes: int = Field(
        default_factory=_training_memory, ge=MIB, description="the most that one training may take"
    )
    questions_idle_seconds: float = Field(
        600, ge=1, description="without a question for so long, the local cluster's worker for questions ends"
    )
    tls_ca_file: Path | None = Field(None, description="who may use the Dask cluster: those with a certificate by this")
    tls_cert_file: Path | None = Field(None, description="this machine's certificate for the Dask cluster")
    tls_key_file: Path | None = Field(None, description="the key of this machine's certificate")
    max_upload_bytes: int = Field(20 * MB, ge=1, description="the largest single picture a visitor may upload")
    max_dataset_bytes: int = Field(200 * MB, ge=1, description="the largest file of pictures that makes a data set")
    max_model_bytes: int = Field(
        64 * MB, ge=1, description="the largest model that a visitor may bring in: its files, and the weights in them"
    )
    max_unpacked_bytes: int = Field(1024 * MIB, ge=1, description="the most that such a file may unpack to")
    max_reading_bytes: int = Field(
        256 * MIB, ge=1, description="memory that the process which reads such a file may take beside its code"
    )
    max_reading_seconds: float = Field(300, ge=0, description="the processor's time that reading such a file may take")
    max_image_pixels: int = Field(40_000_000, ge=1, description="the largest picture that is decoded")
    max_features_bytes: int = Field(
        1024 * MIB, ge=0, description="the most that is kept of what frozen layers make of images"
    )
    keras_home: Path = Field(
        Path("~/.keras"), validation_alias="KERAS_HOME", description="where Keras keeps what it downloads"
    )
    max_json_bytes: int = Field(MIB, ge=1, description="the longest design file that is read")
    max_epochs: int | None = Field(None, ge=1, le=1000, description="the most epochs that a run may ask for")
    max_parameters: int | None = Field(None, ge=1, description="the largest network that is trained")
    max_run_minutes: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="after so much training a run ends with what it has learned"
    )
    max_waiting_runs: int | None = Field(
        None,
        ge=1,
        description="runs of a person that wait or train at a time; without a class, of somebody's visit to the site",
    )
    max_kept_runs: int | None = Field(None, ge=1, description="runs that are kept when they have ended; the oldest go")
    max_kept_datasets: int | None = Field(
        None, ge=1, description="data sets of visitors' own pictures that are kept; the oldest go"
    )
    max_taught_hours: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="how long pictures of somebody's own things are kept"
    )
    mlflow_tracking_uri: str = Field(
        "",
        validation_alias="MLFLOW_TRACKING_URI",
        description="an MLflow server that every run is told to when it has ended",
    )
    uploads: bool = Field(True, description="whether visitors may send files and pictures")

    @property
    def questions_memory_bytes(self) -> int:
        """The most that the worker for questions may take: as much as each other, and never too little to start."""
        return max(WORKER_BYTES, memory_per_worker(self.training_workers))

    @property
    def datasets(self) -> Path:
        """Folder in which ``<name>.npz`` files are found."""
        return self.home / "datasets"

    @property
    def backbones(self) -> Path:
        """Folder of weights that others have trained: downloaded here, or copied there by whoever runs this."""
        return self.home / "backbones"

    @property
    def features(self) -> Path:
        """Folder of what frozen layers make of images."""
        return self.home / "features"

    @property
    def shelf(self) -> Path:
        """Folder of files that were sent and are not kept yet."""
        return self.home / "uploads"

    @property
    def database(self) -> str:
        """SQLAlchemy URL of the run store."""
        return self.database_url or f"sqlite:///{self.home / 'runs.db'}"

    @property
    def models(self) -> str:
        """fsspec URL of the folder in which trained models are kept."""
        return self.models_url or str(self.home / "models")


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
