"""The open API: third parties, what they are let do, and what they are told."""
