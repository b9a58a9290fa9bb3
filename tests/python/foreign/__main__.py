"""Computes the figures of a log and prints them as one JSON object.

usage: python -m foreign declarations|agent_pull_requests|human_edits FOLDER
"""

import importlib
import json
import pathlib
import sys


def main():
    name, folder = sys.argv[1:]
    log = importlib.import_module(f"foreign.{name}")
    print(json.dumps(log.figures(pathlib.Path(folder))))


if __name__ == "__main__":
    main()
