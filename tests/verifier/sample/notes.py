"""Verifying keys and checkpoints."""

from __future__ import annotations

from random import Random
from typing import Any

from ..checkpoint import Checkpoint
from ..encoding import base64_text
from . import alter
from .signer import LOG, ORIGIN, OTHER_LOG, STRANGER, WITNESS, Signer, text_of


def key_case(random: Random) -> dict[str, Any]:
    names = [
        "a",
        "log.example/ä",
        "a b",
        "a+b",
        "",
        "a\u00a0b",
        "a\u0085b",
        "a\u200bb",
        "a\x7fb",
        "\u3000",
        "é" * 127,
        "é" * 128,
    ]
    signer = random.choice([LOG, STRANGER, WITNESS, Signer(random.choice(names))])
    text = signer.vkey()
    name, hash, encoded = text.rsplit("+", 2) if "+" in text else (text, "", "")
    ways = {
        "nothing": text,
        "the key hash in capitals": f"{name}+{hash.upper()}+{encoded}",
        "another key hash": f"{name}+00000000+{encoded}",
        "a key hash with a space": f"{name}+{hash[:4]} {hash[4:]}+{encoded}",
        "a key of 31 bytes": f"{name}+{hash}+{base64_text(bytes([1, *bytes(31)]))}",
        "no key": f"{name}+{hash}",
        "a line feed behind it": text + "\n",
        "another type": f"{name}+{hash}+{base64_text(bytes([2]) + signer.key.public)}",
        "stray bits": alter.stray_bits(random, text)[1],
        "something": alter.bytes_(random, text.encode())[1].decode("utf-8", "replace"),
    }
    change, key = random.choice(sorted(ways.items()))
    return {"change": change, "input": {"key": key}}


def checkpoint_case(random: Random) -> dict[str, Any]:
    checkpoint = Checkpoint(ORIGIN, random.choice([0, 1, 256, 2**63, 2**64 - 1]), random.randbytes(32))
    change, raw = random.choice([_whole, _of_text, _of_signatures, _altered, _altered])(random, checkpoint)
    return {"change": change, "input": {"note": raw.hex(), "key": LOG.vkey(), "origin": ORIGIN}}


def _whole(random: Random, checkpoint: Checkpoint) -> tuple[str, bytes]:
    return "nothing", LOG.checkpoint(checkpoint).encode()


def _of_text(random: Random, checkpoint: Checkpoint) -> tuple[str, bytes]:
    """Signed properly, over a text that is none of a checkpoint, or an unusual one."""
    text = text_of(checkpoint)
    origin, size, root, _ = text.split("\n")
    ways = {
        "an extension line": text + "extension\n",
        "many extension lines": text + "a\nb\nc\n",
        "an empty extension line": text + "\n",
        "an empty line and another": text + "\nx\n",
        "a size with a zero before it": f"{origin}\n0{size}\n{root}\n",
        "a size with a sign": f"{origin}\n+{size}\n{root}\n",
        "a size beyond 64 bits": f"{origin}\n{2**64}\n{root}\n",
        "a size in other digits": f"{origin}\n١\n{root}\n",
        "no size": f"{origin}\n\n{root}\n",
        "a root of 31 bytes": f"{origin}\n{size}\n{base64_text(bytes(31))}\n",
        "a root of 33 bytes": f"{origin}\n{size}\n{base64_text(bytes(33))}\n",
        "no root": f"{origin}\n{size}\n",
        "another origin": f"{origin}x\n{size}\n{root}\n",
        "no origin": f"\n{size}\n{root}\n",
        "an origin with a next-line character": f"{origin}\u0085\n{size}\n{root}\n",
        "a tabulator": f"{origin}\n{size}\n{root}\nx\ty\n",
        "a delete character in an extension": f"{text}\x7f\n",
        "a carriage return": text.replace("\n", "\r\n"),
        "a signature line in the text": text + LOG.line(text),
        "a dash in an extension": text + "— a AAAAAAA=\n",
        "stray bits in the root": alter.stray_bits(random, text)[1],
        "a root in the URL alphabet": text.replace("+", "-")
        .replace("/workspaces", "\0")
        .replace("/", "_")
        .replace("\0", "/workspaces"),
        "something": alter.bytes_(random, text.encode())[1].decode("utf-8", "replace"),
    }
    change, changed = random.choice(sorted(ways.items()))
    return change, f"{changed}\n{LOG.line(changed)}".encode()


def _of_signatures(random: Random, checkpoint: Checkpoint) -> tuple[str, bytes]:
    text = text_of(checkpoint)
    good, bad = LOG.line(text), LOG.raw_line(bytes(64))
    encoded = good.split(" ")[2]
    ways = {
        "a stranger's beside it": STRANGER.line(text) + good,
        "a stranger's alone": STRANGER.line(text),
        "one by another key of that name": OTHER_LOG.line(text) + good,
        "another key of that name alone": OTHER_LOG.line(text),
        "a false one behind it": good + bad,
        "a false one before it": bad + good,
        "twice": good + good,
        "none": "",
        "an empty one": "\n",
        "one over another text": LOG.line(text + "x\n"),
        "a short one": LOG.raw_line(bytes(63)),
        "a stranger's of one byte": f"— stranger.example {base64_text(bytes(5))}\n" + good,
        "a stranger's of no byte": f"— stranger.example {base64_text(bytes(4))}\n" + good,
        "a stranger's that is no base64": "— stranger.example !!!!\n" + good,
        "a stranger's without padding": "— stranger.example AAAAAAA\n" + good,
        "a stranger with a plus": "— a+b AAAAAAA=\n" + good,
        "a stranger without a name": "—  AAAAAAA=\n" + good,
        "a stranger with a space of another script": "— a\u3000b AAAAAAA=\n" + good,
        "a stranger with a character of no width": "— a\u200bb AAAAAAA=\n" + good,
        "a stranger with a private character": "— a\ue000b AAAAAAA=\n" + good,
        "a stranger with a delete character": "— a\x7fb AAAAAAA=\n" + good,
        "a word behind it": good.replace("\n", " x\n"),
        "two spaces": good.replace(" ", "  ", 1),
        "a hyphen": good.replace("—", "-"),
        "no line feed at the end": good[:-1],
        "two line feeds at the end": good + "\n",
        "a stray bit": f"— {LOG.key.name} {alter.stray_bits(random, encoded)[1]}",
        "100 of them": STRANGER.raw_line(bytes(64)) * 99 + good,
        "101 of them": STRANGER.raw_line(bytes(64)) * 100 + good,
        "a very long one": STRANGER.raw_line(bytes(196_000)) + good,
        "one beyond the largest note": STRANGER.raw_line(bytes(197_000)) + good,
    }
    change, lines = random.choice(sorted(ways.items()))
    return change, f"{text}\n{lines}".encode()


def _altered(random: Random, checkpoint: Checkpoint) -> tuple[str, bytes]:
    note = LOG.checkpoint(checkpoint)
    match random.randrange(3):
        case 0:
            return alter.bytes_(random, note.encode())
        case 1:
            change, changed = alter.stray_bits(random, note)
        case _:
            change, changed = alter.line(random, note)
    return change, changed.encode()
