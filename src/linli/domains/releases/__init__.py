"""Releases: tables and counts that leave the community without telling of anybody."""
