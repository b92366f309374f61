"""The tests, and the benchmarks."""

import os
import sys

# Some machines tell Python to keep no bytecode. The tests start a few hundred processes, and two thirds of what each of
# them then costs is the compiling of packages.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
