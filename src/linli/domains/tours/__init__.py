"""Guard tours: who walks which points when, by scans that are hard to fake, missed ones told."""
