"""The command line where PyArrow is not installed."""

import subprocess
import sys
import unittest
from pathlib import Path

TESTS = Path(__file__).parents[2]
VECTORS = TESTS.parent / "ledger-format" / "testdata"
WITHOUT = "import sys; sys.modules['pyarrow'] = None; from verifier.cli import main; sys.exit(main(sys.argv[1:]))"


class CommandLine(unittest.TestCase):
    def test_only_exports_need_pyarrow(self) -> None:
        def run(*arguments: str) -> int:
            return subprocess.run(
                [sys.executable, "-c", WITHOUT, *arguments], cwd=TESTS, capture_output=True
            ).returncode

        self.assertEqual(run("vectors", str(VECTORS)), 0)
        self.assertEqual(run("vectors", "nowhere"), 3)
        self.assertEqual(run("proof", "nowhere", "--key", "nowhere"), 3)
        self.assertEqual(run("proof"), 2)
