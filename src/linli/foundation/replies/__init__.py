"""Replies kept, so that one request sent twice is carried out once."""
