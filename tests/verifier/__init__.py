"""A second verifier of Countersign's ledger, made from documents alone.

Everything here follows from docs/ledger-format.md, docs/export-format.md and the public specifications they name; no
line of it knows the first implementation. Two that agree on every case, and share nothing but the documents, show that
the documents say it all.

A file is one idea, each uses only those before it:

    refusal, encoding, names             how verifying ends; base64, hexadecimal, decimals; resource names
    canonical_json, payload              what a reviewer approves
    commitment, leaf, sealed             an entry, and its content as it is stored
    tree, inclusion, consistency, tiles  the tree over the entries
    note, checkpoint, cosignature        what is signed
    tlog_proof, wire, permit, audit      what is proved
    ledger_file                          a log in a SQLite file
    manifest, contents, export, parquet  exports; only `parquet` needs more than the standard library and `cryptography`
    vectors, verdicts, sample            what the tests compare
"""
