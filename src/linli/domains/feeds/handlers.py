"""What feeds do when something happened to those who subscribed."""

from linli.contracts.identity import AccountReset
from linli.domains.feeds import operations


def account_reset(fact: AccountReset) -> None:
    """Revoke the addresses of an account that was reset; told again, nothing."""
    operations.account_reset(account=fact.account, now=fact.at)
