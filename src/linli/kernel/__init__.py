"""The words all else is written in. Standard library and msgspec only."""
