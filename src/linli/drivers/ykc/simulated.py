"""A simulated gun: what it shows, what it charges, the bill that it makes. For peers."""

from datetime import datetime, timedelta

from linli.drivers.ykc import messages as m
from linli.drivers.ykc.layout import CHINA
from linli.drivers.ykc.tariff import money_e4

IDLE, FAULT, CHARGING = 2, 1, 3
_SLOT_MIN = 30
_NO_ORDER = "0" * 32
_STILL = {"voltage_e1": 0, "current_e1": 0, "cable_temp": 0, "soc": 0, "battery_temp": 0}
_BY_APP, _BY_CARD, _BY_OFFLINE_CARD = 1, 2, 4


class Gun:
    """One gun. Energy is counted in ten-thousandths of a kilowatt hour, by period."""

    def __init__(self, *, pile: str, number: int) -> None:
        self.pile = pile
        self.number = number
        self.plugged = False
        self.faults = 0
        self.order = _NO_ORDER
        self.by = _BY_APP
        self.card = "0" * 16
        self.vin = ""
        self.voltage_e1, self.current_e1, self.soc = 7500, 1000, 50
        self.cable_c = 35
        self.meter_e4 = 10_000_000
        self.started: datetime | None = None
        self.now = datetime(2026, 1, 1, tzinfo=CHINA)
        self.energy_e4 = [0, 0, 0, 0]
        self._meter_start_e4 = 0

    @property
    def charging(self) -> bool:
        return self.started is not None

    def start(self, *, order: str, at: datetime, by: int = _BY_APP, card: str = "0" * 16) -> None:
        """Begin to charge."""
        self.order, self.by, self.card = order, by, card
        self.started = self.now = at
        self.energy_e4 = [0, 0, 0, 0]
        self._meter_start_e4 = self.meter_e4

    def charge(self, *, minutes: int, power_w: int, slots: tuple[int, ...]) -> None:
        """Charge on, minute by minute, each into the period of its half hour."""
        for _ in range(minutes):
            slot = (self.now.hour * 60 + self.now.minute) // _SLOT_MIN
            step = power_w * 10 // 60
            self.energy_e4[slots[slot]] += step
            self.meter_e4 += step
            self.now += timedelta(minutes=1)
        self.current_e1 = round(power_w * 100 / self.voltage_e1)
        self.soc = min(self.soc + minutes, 100)

    def real_time(self, prices_e5: tuple[int, ...]) -> m.RealTime:
        """Return what the gun reports."""
        total = sum(self.energy_e4) if self.charging else 0
        running = {
            "voltage_e1": self.voltage_e1,
            "current_e1": self.current_e1,
            "cable_temp": self.cable_c + 50,
            "soc": self.soc,
            "battery_temp": 80,
        }
        minutes = int((self.now - self.started).total_seconds() / 60) if self.started else 0
        return m.RealTime(
            order=self.order,
            pile=self.pile,
            gun=self.number,
            state=CHARGING if self.charging else FAULT if self.faults else IDLE,
            home=0 if self.plugged else 1,
            plugged=1 if self.plugged else 0,
            cable_code="0" * 16,
            charged_min=minutes,
            left_min=max(100 - self.soc, 0) if self.charging else 0,
            energy_e4=total,
            loss_e4=total,
            money_e4=sum(self._money(prices_e5)) if self.charging else 0,
            faults=self.faults,
            **(running if self.charging else _STILL),
        )

    def _money(self, prices_e5: tuple[int, ...]) -> list[int]:
        return [
            money_e4(energy_e4=energy, price_e5=price)
            for energy, price in zip(self.energy_e4, prices_e5, strict=True)
        ]

    def end(self, *, stop: int, prices_e5: tuple[int, ...]) -> m.Bill:
        """Stop charging; return the bill."""
        money, total = self._money(prices_e5), sum(self.energy_e4)
        shares = tuple(
            m.Share(price_e5=price, energy_e4=energy, loss_e4=energy, money_e4=yuan)
            for price, energy, yuan in zip(prices_e5, self.energy_e4, money, strict=True)
        )
        bill = m.Bill(
            order=self.order,
            pile=self.pile,
            gun=self.number,
            start=self.started,
            end=self.now,
            shares=shares,
            meter_start_e4=self._meter_start_e4,
            meter_end_e4=self.meter_e4,
            energy_e4=total,
            loss_e4=total,
            money_e4=sum(money),
            vin=self.vin,
            by=self.by,
            time=self.now,
            stop=stop,
            card=self.card,
        )
        self.started, self.order = None, _NO_ORDER
        return bill
