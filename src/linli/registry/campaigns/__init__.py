"""Releases of firmware and configuration, and campaigns that bring them to devices in stages."""
