"""What turns the wheel: supervisor, scheduler, outbox relay, effect executor."""
