"""The figures of logs of other systems, computed from their raw files alone: what a report of them has to say."""
