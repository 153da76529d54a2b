"""The scene engine: load, check, compile, evaluate, tell stories: (state, event) → effects."""
