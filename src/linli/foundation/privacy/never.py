"""What is never collected, whatever somebody's spreadsheet holds: no purpose here needs it."""

from linli.kernel.words import Words

NEVER: tuple[tuple[Words, tuple[str, ...]], ...] = (
    (Words(zh="人脸", en="face"), ("人脸", "面部特征", "face")),
    (Words(zh="指纹", en="fingerprint"), ("指纹", "掌纹", "fingerprint")),
    (Words(zh="虹膜", en="iris"), ("虹膜", "iris")),
    (Words(zh="声纹", en="voiceprint"), ("声纹", "voiceprint")),
    (Words(zh="基因", en="genes"), ("基因", "dna", "genetic")),
    (Words(zh="宗教信仰", en="religion"), ("宗教", "信仰", "religion")),
    (Words(zh="病历诊断", en="medical record"), ("病历", "诊断", "病史", "medical", "diagnosis")),
    (Words(zh="银行卡号", en="bank card"), ("银行卡", "银行账号", "bankcard", "bankaccount")),
    (Words(zh="密码", en="password"), ("密码", "口令", "password")),
    (Words(zh="性取向", en="sexual orientation"), ("性取向", "sexualorientation")),
    (Words(zh="犯罪记录", en="criminal record"), ("犯罪", "前科", "criminal")),
)
"""What it is called, and the words in a heading by which it is known, without blanks."""


def never(heading: str) -> Words | None:
    """Return what a heading asks for that is never collected; None if nothing."""
    bare = "".join(heading.casefold().split()).replace("_", "")
    return next((what for what, words in NEVER if any(word in bare for word in words)), None)
