"""HTTP push: one frame a request, JSON or SenML by its content type."""
