"""What people read of states and reasons, in both languages."""

from collections.abc import Mapping

from linli.kernel.words import Words

CAMPAIGN: Mapping[str, Words] = {
    "draft": Words(zh="草稿", en="draft"),
    "running": Words(zh="进行中", en="running"),
    "paused": Words(zh="已暂停", en="paused"),
    "finished": Words(zh="已完成", en="finished"),
    "rolling_back": Words(zh="回退中", en="rolling back"),
    "rolled_back": Words(zh="已回退", en="rolled back"),
    "cancelled": Words(zh="已取消", en="cancelled"),
}

TARGET: Mapping[str, Words] = {
    "waiting": Words(zh="等待", en="waiting"),
    "told": Words(zh="已通知", en="told"),
    "downloading": Words(zh="下载中", en="downloading"),
    "installing": Words(zh="安装中", en="installing"),
    "done": Words(zh="成功", en="done"),
    "failed": Words(zh="失败", en="failed"),
    "skipped": Words(zh="已跳过", en="skipped"),
    "rolled_back": Words(zh="已回退", en="rolled back"),
}

REASONS: Mapping[str, Words] = {
    "failures": Words(zh="失败设备超过本阶段上限", en="more devices failed than the stage allows"),
    "no_report": Words(zh="限时内没有回报新版本", en="it did not tell the new version in time"),
    "expired": Words(zh="命令过期，设备没有应答", en="the command expired unanswered"),
    "overruled": Words(zh="被安全场景的命令取代", en="a safety scene wanted otherwise"),
    "failed": Words(zh="设备拒绝", en="the device refused"),
    "offline": Words(zh="离线太久", en="off line for too long"),
    "maintenance": Words(zh="正在检修", en="in maintenance"),
    "same_version": Words(zh="已是这个版本", en="it has this version already"),
    "newer_version": Words(zh="已有更新的版本", en="it has a newer version"),
    "nothing_before": Words(
        zh="不知道原来的版本，无法回退", en="what it had before is not known here"
    ),
    "wrong_model": Words(zh="设备已换成别的型号", en="it is of another model now"),
    "broke": Words(
        zh="系统处理这台设备时出了意外，详情在日志里", en="something unexpected; the log has it"
    ),
    "cancelled": Words(zh="活动已取消", en="the campaign was cancelled"),
    "rolled_back": Words(zh="还没有升级就已回退", en="it was rolled back before its turn"),
    "devices.disabled": Words(zh="设备已停用", en="the device is out of use"),
}


def reason(word: str) -> Words | None:
    """Return a reason in words; what the device itself said stands as it is; None without one."""
    return REASONS.get(word, Words(zh=word, en=word)) if word else None
