"""The settings of a private PostgreSQL cluster: where it listens, who may enter, what it may use."""

from collections.abc import Mapping
from pathlib import Path

import psutil

MIB = 1024 * 1024

# Only this machine, always with a password. Replication and any other address: no line, no entry.
HBA = """\
local all all scram-sha-256
host  all all 127.0.0.1/32 scram-sha-256
"""


def _part_of_memory(part: int, least_mib: int, most_mib: int) -> str:
    total = psutil.virtual_memory().total // MIB
    return f"{min(max(total // part, least_mib), most_mib)}MB"


def defaults() -> dict[str, str]:
    """Settings for a machine that also runs Airflow and the stages: two cores, from 4 to 24 GiB."""
    return {
        "max_connections": "200",  # Airflow's processes and tasks keep pools of their own
        "shared_buffers": _part_of_memory(8, 128, 4096),
        "effective_cache_size": _part_of_memory(2, 512, 16384),
        "maintenance_work_mem": _part_of_memory(48, 64, 512),
        "work_mem": _part_of_memory(400, 8, 64),
        "temp_buffers": _part_of_memory(96, 8, 256),  # a merge goes through its own tables again and again
        "max_wal_size": "4GB",  # a province's merge should not force checkpoints
        "min_wal_size": "256MB",
        "checkpoint_timeout": "15min",
        "synchronous_commit": "on",  # a receipt that was shown is on disk
        "random_page_cost": "1.1",
        "jit": "off",  # compiling costs more than it saves on partitioned plans of a second
        "max_locks_per_transaction": "256",  # a statement over all partitions locks each with its indexes
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",  # a file per weekday, overwritten after a week
        "log_filename": "postgresql-%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_line_prefix": "%m [%p] %u@%d ",
        # At logout systemd may remove a user's shared memory objects (RemoveIPC); files stay.
        "dynamic_shared_memory_type": "mmap",
    }


def text(*, name: str, port: int, socket_dir: Path, log_dir: Path, extra: Mapping[str, str]) -> str:
    """The file that replaces the server's own choices, written before every start."""
    settings = defaults() | {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "log_directory": str(log_dir),
        "cluster_name": name,
        **extra,
    }
    lines = [f"{key} = '{value.replace(chr(39), chr(39) * 2)}'" for key, value in settings.items()]
    return "\n".join(["# Written by landsync before every start; changes are lost.", *lines, ""])
