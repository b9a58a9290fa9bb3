"""Holds our log, our tiles and our witness against an independent implementation of the C2SP specifications.

usage: witness.py BINARY      with the packages of requirements.txt
"""

import base64
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from aics_tlog import (
    Checkpoint,
    MerkleTree,
    parse_checkpoint,
    parse_note,
    parse_vkey,
    read_entry,
    sign_checkpoint,
    tree_root_from_tiles,
    verify_cosignature,
    verify_leaf_inclusion,
    inclusion_proof_from_tiles,
    vkey_from_ed25519,
    verify_note,
    format_vkey,
)
from aics_tlog.remote import HttpTileReader
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

BINARY = sys.argv[1]
WITNESS = str(Path(sys.executable).parent / "aics-witness")
DEADLINE = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*arguments: str) -> str:
    return subprocess.run(arguments, check=True, capture_output=True, text=True, timeout=300).stdout


def ours(folder: Path, *arguments: str) -> dict:
    return json.loads(run(BINARY, *arguments, "--json", "--data-dir", str(folder)))


def until(what: str, found):
    """Asks until there is an answer; the other side is another process."""
    begun = time.monotonic()
    while time.monotonic() - begun < DEADLINE:
        answer = found()
        if answer:
            return answer
        time.sleep(0.1)
    raise SystemExit(f"not within {DEADLINE} s: {what}")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def cosigned_by(note_text: str, witness_vkey: str) -> bool:
    note = parse_note(note_text)
    checkpoint = parse_checkpoint(note.text)
    key = parse_vkey(witness_vkey)
    lines = [line for line in note.signatures if (line.name, line.key_id) == (key.name, key.key_id)]
    return len(lines) == 1 and verify_cosignature(
        lines[0].signature, key.name, key.public_key, checkpoint.origin, checkpoint.size, checkpoint.root
    )


def their_witness_cosigns_our_log(work: Path) -> None:
    data = work / "data"
    run(BINARY, "demo", "--reviewers", "none", "--data-dir", str(data))
    our_key = ours(data, "ledger", "show", "--log-of-logs")["verifying_key"]

    config, port = str(work / "witness.json"), free_port()
    init = run(WITNESS, "init", "--config", config, "--name", "witness.example/theirs", "--listen", f"127.0.0.1:{port}")
    witness_key = init.strip().splitlines()[-1]
    run(WITNESS, "add-log", "--config", config, "--origin", "countersign.local/logs", "--vkey", our_key)
    policy = work / "policy"
    policy.write_text(f"log {our_key}\nwitness theirs {witness_key} http://127.0.0.1:{port}\nquorum theirs\n")

    tiles_port = free_port()
    serve = [BINARY, "serve", "--json", "--data-dir", str(data), "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
    serve += ["--witness-policy", str(policy), "--ledger-http", f"127.0.0.1:{tiles_port}"]
    with subprocess.Popen([WITNESS, "serve", "--config", config], stderr=subprocess.DEVNULL) as witness:
        until("their witness listens", lambda: listens(port))
        with subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
            server.stdout.readline()
            try:
                def witnessed():
                    found = ours(data, "ledger", "show", "--log-of-logs")
                    return found if found["witnessed_size"] > 0 else None

                found = until("their witness cosigns", witnessed)
                assert cosigned_by(found["witnessed_checkpoint"], witness_key), found
                own = until("the workspace is covered", lambda: ours(data, "ledger", "show")["witnessed_size"])
                print(f"their witness cosigned our log of logs at {found['witnessed_size']}; the workspace's first {own} entries are witnessed")
                their_verifier_reads_our_tiles(f"http://127.0.0.1:{tiles_port}", data)
            finally:
                server.terminate()
                server.wait(60)
                witness.terminate()


def their_verifier_reads_our_tiles(url: str, data: Path) -> None:
    for log in ["workspaces/demo", "logs"]:
        key = (data / "keys" / "ledger.pub").read_text().splitlines()[0]
        if log == "logs":
            key = ours(data, "ledger", "show", "--log-of-logs")["verifying_key"]
        with urllib.request.urlopen(f"{url}/{log}/checkpoint", timeout=10) as response:
            note = parse_note(response.read().decode())
        assert verify_note(note, [parse_vkey(key)]), "our signature verifies"
        checkpoint = parse_checkpoint(note.text)
        reader = HttpTileReader(f"{url}/{log}/", proxies={})
        assert tree_root_from_tiles(reader, checkpoint.size) == checkpoint.root, log
        for index in {0, checkpoint.size // 2, checkpoint.size - 1}:
            entry = read_entry(reader, index, checkpoint.size)
            proof = inclusion_proof_from_tiles(reader, index, checkpoint.size)
            assert verify_leaf_inclusion(entry, index, checkpoint.size, proof, checkpoint.root), (log, index)
        print(f"their verifier read {log} at {checkpoint.size}: signature, root from tiles, entries under it")


def our_witness_cosigns_their_log(work: Path) -> None:
    private = Ed25519PrivateKey.generate()
    origin = "their.example/log"
    log_key = format_vkey(vkey_from_ed25519(origin, private.public_key()))
    serve = [BINARY, "witness", "serve", "--json", "--listen", "127.0.0.1:0", "--dir", str(work / "ours"), "--name", "witness.example/ours"]
    with subprocess.Popen([*serve, "--trust", log_key], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        try:
            told = json.loads(server.stdout.readline())
            tree = MerkleTree([f"leaf {number}".encode() for number in range(300)])

            def send(old: int, size: int, signer=private, name=origin) -> tuple[int, str]:
                note = sign_checkpoint(Checkpoint(origin, size, tree.root(size)), signer, name)
                proof = tree.consistency_proof(old, size) if 0 < old < size else []
                lines = [f"old {old}", *(base64.b64encode(part).decode() for part in proof), ""]
                text = note.serialise()
                request = urllib.request.Request(f"http://{told['listening']}/add-checkpoint", ("\n".join(lines) + "\n" + text).encode())
                try:
                    with urllib.request.urlopen(request, timeout=10) as response:
                        return response.status, text + response.read().decode()
                except urllib.error.HTTPError as error:
                    return error.code, error.read().decode()

            for old, size in [(0, 7), (7, 7), (7, 200), (200, 300)]:
                status, note = send(old, size)
                assert status == 200 and cosigned_by(note, told["vkey"]), (old, size, status, note)
            assert send(7, 300) == (409, "300\n"), "it says where it is"
            assert send(300, 300, Ed25519PrivateKey.generate())[0] == 403, "another key"
            print("our witness cosigned their log; their verifier accepts every cosignature")
        finally:
            server.terminate()
            server.wait(60)


with tempfile.TemporaryDirectory() as work:
    our_witness_cosigns_their_log(Path(work))
    their_witness_cosigns_our_log(Path(work))
