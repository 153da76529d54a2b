"""LoRaWAN through ChirpStack v4: its events by MQTT or HTTP, its downlink queue by MQTT."""
