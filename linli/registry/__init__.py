"""The one register: places, people, devices, alarms, scenes. Others point foreign keys only here."""
