"""One run at a time, and a dead one does not stand in the way."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from policymine.errors import LockedError, StorageError
from policymine.table import RunLock, Table

HOLDER = """
import sys, time
from policymine.table import RunLock
lock = RunLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def hold(url: str) -> subprocess.Popen[str]:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_run_is_told_to_wait_and_a_killed_one_frees_the_lock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/policymine.db"
    holder = hold(url)
    try:
        with pytest.raises(LockedError, match="another run is at work") as refused:
            RunLock(url).acquire()
        assert refused.value.exit_code == 7
        with Table.open(url) as table:
            assert table.counts()["pages"] == 0, "readers need no lock"
    finally:
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with RunLock(url):
        pass


def test_the_lock_is_free_after_its_block_and_of_one_table_only(tmp_path: Path) -> None:
    one, two = f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/sub/two.db"
    with RunLock(one), RunLock(two), pytest.raises(LockedError):
        RunLock(one).acquire()
    with RunLock(one):
        pass


def test_a_lock_that_cannot_be_made_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be made"):
        RunLock(f"sqlite:///{tmp_path}/file/policymine.db").acquire()
