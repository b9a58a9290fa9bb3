"""Examples of the specifications."""

import struct
import unittest

from .. import canonical_json
from ..note import Note, VerifyingKey
from ..refusal import Refused
from ..tiles import WIDTH, TileId, entries_of_bundle, hashes_of_tile, tiles_of, verify_bundle, verify_tiles
from ..tree import leaf_hash, root

# RFC 8785, appendix B: IEEE 754 bits, and the digits they are written with.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}

VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


class Published(unittest.TestCase):
    def test_numbers_are_written_as_rfc_8785_does(self) -> None:
        for bits, digits in NUMBERS.items():
            value = struct.unpack(">d", bytes.fromhex(bits))[0]
            self.assertEqual(canonical_json.number(value), digits, bits)

    def test_members_are_sorted_as_rfc_8785_does(self) -> None:
        keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
        written = canonical_json.write(dict.fromkeys(keys, 0.0))
        self.assertEqual(list(canonical_json.read(written.encode())), ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"])

    def test_the_note_of_signed_note_verifies_and_no_other_does(self) -> None:
        key = VerifyingKey.parse(VKEY)
        self.assertEqual(Note.parse(NOTE.encode()).signed_by(key), "This is an example message.\n")
        with self.assertRaises(Refused):
            Note.parse(NOTE.replace("an", "no").encode()).signed_by(key)

    def test_a_tree_of_70000_has_the_tiles_of_tlog_tiles(self) -> None:
        tiles = list(tiles_of(70_000))
        self.assertEqual(sum(tile.level == 0 and tile.width == WIDTH for tile in tiles), 273)
        named = [tile.path() for tile in tiles if tile.level or tile.width < WIDTH]
        self.assertEqual(named, ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"])
        self.assertEqual(TileId(0, 1_234_067).path(), "tile/0/x001/x234/067")

    def test_paths_of_tiles_have_one_spelling(self) -> None:
        for path in ["tile/0/000", "tile/0/x001/000.p/255", "tile/entries/x001/x234/067.p/1", "tile/7/000"]:
            self.assertEqual(TileId.parse(path).path(), path)
        for path in [
            "tile/0/0", "tile/00/000", "tile/0/x000/001", "tile/0/1000", "tile/0/001/000", "tile/0/x001", "tile/0/000.p/0",
            "tile/0/000.p/256", "tile/0/000.p/01", "tile/8/000", "tile/0/000/", "/tile/0/000", "tile/data/000", "tile/0/000\n",
        ]:  # fmt: skip
            with self.assertRaises(Refused, msg=path):
                TileId.parse(path)

    def test_tiles_lead_to_the_root_and_altered_ones_do_not(self) -> None:
        leaves = [index.to_bytes(2, "big") for index in range(513)]
        hashes = list(map(leaf_hash, leaves))
        tiles = _tiles(hashes)
        self.assertEqual(sorted(tile.path() for tile in tiles), sorted(tile.path() for tile in tiles_of(513)))
        verify_tiles(513, root(hashes), tiles.__getitem__)
        for altered in tiles:
            changed = {**tiles, altered: bytes(32) + tiles[altered][32:]}
            with self.assertRaises(Refused, msg=altered.path()):
                verify_tiles(513, root(hashes), changed.__getitem__)

        bundle = TileId(None, 2, 1)
        entries = entries_of_bundle(bundle, b"\x00\x02" + leaves[512])
        verify_bundle(entries, hashes_of_tile(TileId(0, 2, 1), tiles[TileId(0, 2, 1)]))
        for raw in [b"", b"\x00", b"\x00\x03\x02\x00", b"\x00\x02\x02\x00\x00\x00", b"\x00\x02\x02\x01"]:
            with self.assertRaises(Refused, msg=raw.hex()):
                verify_bundle(entries_of_bundle(bundle, raw), hashes[512:])


def _tiles(hashes: list[bytes]) -> dict[TileId, bytes]:
    """Cuts a tree into tiles."""
    tiles: dict[TileId, bytes] = {}
    level = 0
    while hashes:
        pieces = [hashes[at : at + WIDTH] for at in range(0, len(hashes), WIDTH)]
        tiles |= {TileId(level, index, len(piece)): b"".join(piece) for index, piece in enumerate(pieces)}
        hashes, level = [root(piece) for piece in pieces if len(piece) == WIDTH], level + 1
    return tiles
