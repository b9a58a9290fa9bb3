"""Cosignatures (C2SP tlog-cosignature)."""

import unittest

from .. import cosignature
from ..checkpoint import Checkpoint
from ..refusal import Refused
from ..sample.signer import LOG, WITNESS, Signer, text_of


class Witnesses(unittest.TestCase):
    def setUp(self) -> None:
        self.text = text_of(Checkpoint("ledger.example", 7, bytes(32)))
        self.witness = cosignature.parse_witness_key(WITNESS.vkey())

    def verify(self, lines: str) -> int:
        return cosignature.verify(f"{self.text}\n{LOG.line(self.text)}{lines}".encode(), self.witness)

    def test_a_witness_is_believed_about_when_it_looked(self) -> None:
        self.assertEqual(self.verify(WITNESS.cosign(self.text, 1679315147)), 1679315147)
        self.assertEqual(self.verify(WITNESS.cosign(self.text, 5) + WITNESS.cosign(self.text, 9)), 9)
        self.assertEqual(self.verify(WITNESS.cosign(self.text, 2**63 - 1)), 2**63 - 1)

    def test_nobody_else_is(self) -> None:
        good = WITNESS.cosign(self.text, 5)
        for lines in [
            "",
            WITNESS.line(self.text),
            WITNESS.cosign(self.text + "x\n", 5),
            WITNESS.cosign(self.text, 2**63),
            WITNESS.raw_line(bytes(71)),
            good + WITNESS.raw_line(bytes(72)),
            Signer("witness.example", "another key", 0x04).cosign(self.text, 5),
            Signer("witness.example").cosign(self.text, 5),
        ]:
            with self.assertRaises(Refused, msg=lines):
                self.verify(lines)

    def test_a_key_of_a_log_is_none_of_a_witness(self) -> None:
        with self.assertRaises(Refused):
            cosignature.parse_witness_key(LOG.vkey())
