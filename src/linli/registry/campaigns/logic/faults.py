"""What is refused."""

from linli.kernel.fault import Fault


class ReleaseNotFound(Fault):
    key = "campaigns.release_not_found"
    status = 404


class CampaignNotFound(Fault):
    key = "campaigns.not_found"
    status = 404


class ModelCannot(Fault):
    """A model has no service by which it could be brought this."""

    key = "campaigns.model_cannot"
    status = 422


class VersionTaken(Fault):
    key = "campaigns.version_taken"


class BadVersion(Fault):
    key = "campaigns.bad_version"
    status = 422


class NoImage(Fault):
    key = "campaigns.no_image"
    status = 422


class ImageTooLarge(Fault):
    key = "campaigns.image_too_large"
    status = 413


class WrongDigest(Fault):
    key = "campaigns.wrong_digest"
    status = 422


class BadSettings(Fault):
    """`why`: what is wrong with the settings of a configuration."""

    key = "campaigns.bad_settings"
    status = 422


class BadPlan(Fault):
    """A campaign cannot go like this; `field` says what is wrong."""

    key = "campaigns.bad_plan"
    status = 422


class CannotReport(Fault):
    key = "campaigns.cannot_report"
    status = 422


class WrongModel(Fault):
    key = "campaigns.wrong_model"
    status = 422


class NobodyChosen(Fault):
    key = "campaigns.nobody_chosen"


class NotConfirmed(Fault):
    """Somebody must say how many devices it is that he means: `devices`."""

    key = "campaigns.not_confirmed"


class WrongState(Fault):
    key = "campaigns.wrong_state"


class NothingToDo(Fault):
    key = "campaigns.nothing_to_do"


class KeyUsed(Fault):
    key = "campaigns.key_used"


class NotBelieved(Fault):
    """Whoever asks for an image has not shown that he is a device of ours."""

    key = "campaigns.not_believed"
    status = 401


class NotOffered(Fault):
    key = "campaigns.not_offered"
    status = 404
