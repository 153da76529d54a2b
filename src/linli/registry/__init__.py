"""The one register: places, people, devices, alarms, scenes."""
