"""Doors: who may pass where and when, by which of many ways, and a record of every passage."""
