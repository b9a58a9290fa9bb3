"""The second verifier against what others have published, and against forgeries."""
