"""Approvals: what one person asks for, and another lets pass."""
