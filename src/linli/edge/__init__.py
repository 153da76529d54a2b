"""The offline node: local rules, store and forward, sync. Its first code comes with row P14."""
