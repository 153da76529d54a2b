"""The words for the choices of the register: key → (Chinese, English). Data, no code."""

RELATIONS = {
    "owner": ("业主", "owner"), "tenant": ("租户", "tenant"), "family": ("家属", "family"),
    "other": ("其他", "other"),
}  # fmt: skip
OCCUPANCIES = {
    "owner": ("自住", "owner-occupied"), "rented": ("出租", "rented"), "vacant": ("空置", "vacant"),
    "unknown": ("未知", "unknown"),
}  # fmt: skip
GROUPS = {
    "lone_elder": ("独居老人", "lone elder"), "child_at_risk": ("困境儿童", "child at risk"),
    "low_income": ("低收入", "low income"), "party_member": ("党员", "party member"),
    "veteran": ("退役军人", "veteran"), "health": ("健康需照应", "health needs care"),
}  # fmt: skip
HEALTH_GROUPS = {
    "disabled": ("残疾人", "disabled"), "frail": ("失能老人", "needs help in daily life"),
    "dementia": ("失智老人", "dementia"), "severe_illness": ("重病患者", "severely ill"),
}  # fmt: skip
"""Those that lie apart: the register says `health` of each of them."""
SEXES = {"F": ("女", "female"), "M": ("男", "male")}
