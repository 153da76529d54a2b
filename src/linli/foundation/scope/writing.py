"""Many rows altered at once, by one prepared statement."""

from collections.abc import Sequence

from django.db import connection

from linli.foundation.scope.models import Scoped


def update_all(rows: Sequence[Scoped], fields: Sequence[str]) -> None:
    """Write these fields of many rows of one table, each in its own community.

    A prepared statement run for each row: twenty times faster than `bulk_update`, whose CASE grows
    with the rows.
    """
    if not rows:
        return
    meta = rows[0]._meta  # noqa: SLF001 - Django's own way to a table
    by_name = {field.name: field for field in meta.concrete_fields}
    columns = [by_name[name] for name in fields]
    quote = connection.ops.quote_name
    told = ", ".join(f"{quote(str(column.column))} = %s" for column in columns)
    sql = (
        f"UPDATE {quote(meta.db_table)} SET {told} "  # noqa: S608 - names of our own tables only
        f"WHERE {quote(str(by_name[meta.pk.name].column))} = %s AND {quote('community')} = %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(
            sql,
            [
                [
                    *(
                        column.get_db_prep_save(getattr(row, column.attname), connection)
                        for column in columns
                    ),
                    row.pk,
                    row.community,
                ]
                for row in rows
            ],
        )
