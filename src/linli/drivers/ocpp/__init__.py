"""The central system of charge points that speak OCPP 1.6J or 2.0.1."""
