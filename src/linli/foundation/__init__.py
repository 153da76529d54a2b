"""The Django apps under everything: identity, scope, causes, files, outbox."""
