"""Hikvision ISAPI: events of cameras and recorders, posted to us or read from their stream."""
