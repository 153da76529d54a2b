"""Outbox: facts committed with the rows that they describe."""
