"""How long `make demo` takes from nothing, how large what it installs is, and how a second run compares."""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ALLOWED_MB = 450


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "headstamp"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        install = seconds(["make", "install"], clone)
        first = seconds(["make", "demo", "ARGS=--once"], clone)
        second = seconds(["make", "demo", "ARGS=--once"], clone)
        size = megabytes(clone / ".venv")
    print(f"install        {install:6.1f} s")
    print(f"first demo     {first:6.1f} s")
    print(f"second demo    {second:6.1f} s   {second / first:.2f} of the first")
    print(f".venv          {size:6.0f} MB  {size / ALLOWED_MB:.2f} of the {ALLOWED_MB} MB allowed")


def seconds(words: list[str], folder: Path) -> float:
    begun = time.monotonic()
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begun


def megabytes(folder: Path) -> float:
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_symlink()) / 1e6


if __name__ == "__main__":
    main()
