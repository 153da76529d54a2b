from linli.devices import credential


def test_only_the_secret_itself_opens():
    kept = credential.make("s3cret", "salt")

    assert kept.startswith("sha256$salt$")
    assert credential.verify("s3cret", kept)
    assert not credential.verify("s3cre", kept)
    assert not credential.verify("", kept)


def test_nothing_opens_what_has_no_secret():
    for kept in ("", "sha256$salt$", "md5$salt$abc", "sha256", "s3cret"):
        assert not credential.verify("", kept)
        assert not credential.verify("s3cret", kept)
