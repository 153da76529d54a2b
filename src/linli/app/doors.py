"""Who answers what is asked of doors, and what doors ask: how card numbers are spelled, and who
recognises faces.
"""

from linli.app.card_numbers import card_of_bits, card_of_print
from linli.contracts import doors as contract
from linli.contracts import marks
from linli.domains.doors import answers, ports
from linli.domains.doors.operations import admitting, marking, opening
from linli.registry.devices import operations as devices

_ENROL = "face.enrol"


def wire() -> None:
    """Join doors to whoever asks them, and to what they ask."""
    contract.admit.answer_with(admitting.admit)
    contract.withdraw.answer_with(admitting.withdraw)
    contract.guest_pass.answer_with(admitting.guest_pass)
    contract.guest_picture.answer_with(admitting.guest_picture)
    contract.way_to.answer_with(answers.way_to)
    contract.doors_of.answer_with(answers.doors_of)
    contract.open_for.answer_with(opening.open_for)
    contract.bearer_of.answer_with(answers.bearer_of)
    contract.passer_of.answer_with(answers.passer_of)
    marks.remark.answer_with(marking.remark)
    marks.behind.answer_with(marking.behind)
    ports.card_of_bits.answer_with(card_of_bits)
    ports.card_of_print.answer_with(card_of_print)
    ports.enrol.answer_with(_enrol)


def _enrol(wanted: ports.Enrolment) -> None:
    """Have the device's own recogniser take a face, under a number and nothing else."""
    devices.request_command(
        community=wanted.community,
        device=wanted.device,
        service=_ENROL,
        args={"credential": wanted.credential},
        key=f"face:{wanted.credential}:{int(wanted.now.timestamp())}",
        by=wanted.account,
        now=wanted.now,
    )
