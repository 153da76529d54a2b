"""电梯停了就来人 · Lift care: told when a lift stops, it opens a repair for who agreed to that."""

import sys

from linli_client import Service

LINLI, COMMUNITY, HOME = sys.argv[1:]
STOPPED = "safety.lift.passenger_trapped"

lifts = Service(
    LINLI,
    COMMUNITY,
    home=HOME,
    name="快梯维保",
    words="电梯停了，几分钟就来 · there in minutes when a lift stops",
    contact="service@lifts.example",
    scopes=["alarms.read", "cases.report"],
    asks="cases.report",
)


@lifts.told("AlarmOpened")
def alarm_opened(told):
    alarm = told["data"]
    if alarm["scene"] == STOPPED:
        report = {"kind": "repair.lift", "place": told["place"], "key": f"lift {alarm['alarm']}"}
        lifts.each(lambda resident: resident.cases_report(body=report))


lifts.wait_until_let_in()
print("ready", flush=True)
lifts.serve()
