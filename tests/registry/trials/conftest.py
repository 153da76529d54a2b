from tests.registry.devices.kit import answers, devices, known_models, known_scenes

__all__ = ["answers", "devices", "known_models", "known_scenes"]
