"""What a second person reads who is to let an outside party be reached otherwise."""

from linli.foundation import sm3
from linli.kernel.words import Words


def told(*, name: Words, was: str, url: str | None, key: str | None) -> Words:
    """Return what is asked: another address, another key (hexadecimal), or both; None is as before.
    Of a key it is the beginning of its SM3, which the other side can tell him too.
    """
    said, said_en = [], []
    if url is not None:
        said.append(f"地址由 {was[:80]} 改为 {url[:120]}")
        said_en.append(f"from {was[:80]} to {url[:120]}")
    if key is not None:
        mark = sm3.digest(bytes.fromhex(key))[:8]
        said.append(f"换密钥（SM3 {mark}…）")
        said_en.append(f"another key (SM3 {mark}…)")
    return Words(zh=f"{name.zh}：{'；'.join(said)}", en=f"{name.en}: {'; '.join(said_en)}")
