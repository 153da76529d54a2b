"""Every write to releases: asked for, taken once, forgotten."""

import csv
import io
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from linli.contracts import approvals as contract
from linli.domains.releases import queries
from linli.domains.releases.logic import tables
from linli.domains.releases.logic.measures import Measures
from linli.domains.releases.logic.tables import Made
from linli.domains.releases.logic.wishes import CountsWish, Wish
from linli.domains.releases.models import DataRelease, Kind, Spent
from linli.domains.releases.queries import CountsMeasures
from linli.foundation.approvals import operations as approvals
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.copies import operations as copies
from linli.foundation.copies.logic import marked
from linli.foundation.copies.queries import Taken
from linli.foundation.identity.queries import Actor, NotAllowed
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.places import queries as places

_KEPT = timedelta(days=7)
"""Longer than a second person may take, and the asker after him."""
_LONGEST_NAME = 40
_KNOWS_PEOPLE = "register.people"


class BudgetSpent(Fault):
    """There is not so much left of what a year's counts may cost people."""

    key = "releases.budget_spent"


class TakenAlready(Fault):
    key = "releases.taken_already"
    status = 410


class NotItsAsker(Fault):
    key = "releases.not_its_asker"
    status = 403


class Lapsed(Fault):
    key = "releases.lapsed"
    status = 410


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A release as it leaves."""

    content: bytes
    content_type: str
    name: str


def measure(*, actor: Actor, wish: Wish, now: datetime) -> Measures | CountsMeasures:
    """Return what a release would tell and lose, or cost; nothing is kept.

    :raises NotAllowed: if the actor may not know people
    :raises queries.WrongColumns, queries.TooFew, queries.TooManyCounts: as they say
    """
    return _tried(actor, wish, now)[1]


def _tried(actor: Actor, wish: Wish, now: datetime) -> tuple[bytes, Measures | CountsMeasures]:
    """Return what would leave, and what that tells; of counts nothing is drawn yet."""
    if actor.places or not actor.may(_KNOWS_PEOPLE):
        raise NotAllowed(permission=_KNOWS_PEOPLE, community=actor.community)
    today = timezone.localdate(now)
    if isinstance(wish, CountsWish):
        told = queries.counts_measured(community=actor.community, wish=wish, today=today)
        return b"", told
    made, measured = queries.rows_of(community=actor.community, wish=wish, today=today)
    return msgspec.json.encode(made), measured


@transaction.atomic
def ask(*, actor: Actor, wish: Wish, purpose: str, recipient: str, now: datetime) -> DataRelease:
    """Make a release and ask that a second person let it pass: exactly this one, of which he reads
    what it tells. Whoever asked then takes it once.

    :raises NotAllowed, queries.WrongColumns, queries.TooFew, queries.TooManyCounts: as `measure`
    :raises BudgetSpent: if counts cost more than is left of the year
    """
    content, told = _tried(actor, wish, now)
    if isinstance(told, CountsMeasures) and told.epsilon_milli > told.left_milli:
        raise BudgetSpent(left_milli=told.left_milli)
    row = DataRelease.rows.create(
        community=actor.community,
        kind=Kind.COUNTS if isinstance(wish, CountsWish) else Kind.ROWS,
        wish=msgspec.to_builtins(wish),
        measures=msgspec.to_builtins(told),
        content=content,
        purpose=purpose.strip()[:300],
        recipient=recipient.strip()[:120],
        asked_by_id=actor.account,
        asked_at=now,
    )
    row.approval = approvals.ask(
        kind=contract.RELEASE,
        community=actor.community,
        about=_about(row),
        words=_words(row),
        request=_request(row),
        by=actor.account,
        reason=row.purpose,
        now=now,
    )
    row.save(update_fields=["approval"])
    return row


def _about(row: DataRelease) -> str:
    return f"release:{row.pk}"


def _request(row: DataRelease) -> dict[str, object]:
    """Return what the second person lets pass: which release, and what it tells."""
    return {"release": row.pk, "wish": row.wish, "measures": row.measures}


def _words(row: DataRelease) -> Words:
    """Return what the second person is told: the risks first, the names behind them; words that are
    too long lose their end.
    """
    told, where = row.measures, _where(row)
    if row.kind == Kind.COUNTS:
        epsilon = told["epsilon_milli"] / 1000
        return Words(
            zh=f"发布{where.zh}加噪统计 {told['counts']} 项，ε={epsilon:g}，给“{row.recipient}”",
            en=f"release {told['counts']} counts with noise of {where.en}, ε={epsilon:g}, to "
            f"“{row.recipient}”",
        )
    sure = _sure(told["certainty"])
    known, guessed = f"{told['prosecutor']:.1%}", f"{told['journalist']:.1%}"
    return Words(
        zh=f"发布{where.zh}匿名表 {told['rows']} 行，最小组 {told['smallest']} 人；"
        f"知道某人在表中的，认出他的可能最高 {known}，只知道他住在那里的，最高 {guessed}"
        f"{sure.zh}；给“{row.recipient}”",
        en=f"release {told['rows']} anonymous rows of {where.en}, smallest class "
        f"{told['smallest']}; found again at most {known} by who knows that somebody is in it, "
        f"{guessed} by who knows that he lives there{sure.en}; to “{row.recipient}”",
    )


def _where(row: DataRelease) -> Words:
    """Return of where a release is; short, so that what stands behind it is not cut off."""
    path = row.wish["place"]
    if not path:
        return Words(zh="全小区", en="the whole community")
    zh, en = places.full_names(community=row.community, paths=[path])[path]
    return Words(zh=f"“{zh[:_LONGEST_NAME]}”", en=f"“{en[:_LONGEST_NAME]}”")


def _sure(certainty: float | None) -> Words:
    if certainty is None:
        return Words(zh="", en="")
    return Words(
        zh=f"，猜中敏感项的可能最高 {certainty:.1%}",
        en=f", the sensitive value guessed at most {certainty:.1%}",
    )


@transaction.atomic
def take(*, actor: Actor, id: int, form: str, language: str, now: datetime) -> File:
    """Return a release that a second person let pass, to whoever asked for it, once. Counts are
    drawn now, and cost their ε of this year.

    :raises queries.ReleaseNotFound: if there is none of that number
    :raises NotItsAsker, TakenAlready, Lapsed: as they say
    :raises approvals.ApprovalWanted: if nobody let it pass yet
    :raises BudgetSpent: if counts cost more than is left of the year
    """
    row = queries.release(community=actor.community, id=id, lock=True)
    if row.asked_by_id != actor.account:
        raise NotItsAsker
    if row.taken_at is not None:
        raise TakenAlready
    approvals.use(
        kind=contract.RELEASE,
        community=row.community,
        about=_about(row),
        request=_request(row),
        by=actor.account,
        now=now,
    )
    made = _drawn(row, now)
    content, content_type = _written(row, made, form, language, now)
    row.taken_at, row.content = now, b""
    row.save(update_fields=["taken_at", "content"])
    audit.note(
        community=row.community, account=actor.account, act=Act.WRITE, what=_about(row),
        words=f"{row.kind} released, approval {row.approval_id}", now=now,
    )  # fmt: skip
    return File(
        content=content,
        content_type=content_type,
        name=f"{row.community}-release-{row.pk}.{form}",
    )


def _drawn(row: DataRelease, now: datetime) -> Made:
    if row.kind == Kind.ROWS:
        if not row.content:
            raise Lapsed
        return msgspec.json.decode(bytes(row.content), type=Made)
    wish = msgspec.convert(row.wish, CountsWish)
    today = timezone.localdate(now)
    spend(community=row.community, milli=wish.epsilon_milli, year=today.year)
    return queries.counts_of(
        community=row.community, wish=wish, below=secrets.randbelow, today=today
    )[0]


@transaction.atomic
def spend(*, community: str, milli: int, year: int) -> None:
    """Take thousandths of ε from what a year's counts may cost.

    :raises BudgetSpent: if there are not so many left
    """
    Spent.rows.of(community).get_or_create(year=year)
    row = Spent.rows.of(community).select_for_update().get(year=year)
    left = int(settings.EPSILON_MILLI) - row.spent_milli
    if milli > left:
        raise BudgetSpent(left_milli=max(0, left))
    row.spent_milli += milli
    row.save(update_fields=["spent_milli"])


_NAME = Words(zh="数据发布", en="release")


def _written(
    row: DataRelease, made: Made, form: str, language: str, now: datetime
) -> tuple[bytes, str]:
    taken = copies.take(
        community=row.community, account=row.asked_by_id, what=_about(row), name=_NAME, form=form,
        purpose="", why=Words(zh=row.purpose, en=row.purpose), now=now,
    )  # fmt: skip
    head = tables.headings(made=made, language=language)
    plain: Iterable[list[str]] = tables.lines(made=made, language=language)
    rows = marked(plain, mark=taken.mark, by=0, into=range(len(head)))
    return _WRITERS[form](taken, language, [head, *rows])


def _csv(taken: Taken, language: str, rows: list[list[str]]) -> tuple[bytes, str]:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([taken.banner.in_(language)])
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8"


def _xlsx(taken: Taken, language: str, rows: list[list[str]]) -> tuple[bytes, str]:
    from openpyxl import Workbook  # noqa: PLC0415 - 13 MB, for files alone

    book = Workbook(write_only=True)
    page = book.create_sheet("release")
    page.append([taken.banner.in_(language)])
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return out.getvalue(), kind


_WRITERS = {"csv": _csv, "xlsx": _xlsx}


def forget(*, community: str, now: datetime) -> int:
    """Empty releases that nobody took; return how many."""
    rows = DataRelease.rows.of(community).filter(asked_at__lt=now - _KEPT, taken_at=None)
    return rows.exclude(content=b"").update(content=b"")
