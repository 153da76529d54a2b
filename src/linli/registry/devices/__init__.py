"""The register of devices: who may speak, what was asked of them, what was refused."""
