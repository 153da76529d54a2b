"""Why readings were refused or flagged, in words that an operator can act on."""

from linli.devices import interlocks
from linli.kernel.words import Words
from linli.registry.devices import catalogue

REASONS: dict[str, Words] = {
    "unknown_device": Words(zh="没有登记的设备", en="a device nobody registered"),
    "not_own_topic": Words(zh="用了不属于自己的主题", en="a topic that is not its own"),
    "not_its_command": Words(zh="回答了不属于自己的指令", en="an answer to another's command"),
    "poison": Words(zh="无法处理，已跳过", en="could not be dealt with and was skipped"),
    "below_30_pct": Words(
        zh="桩最低只能限到额定功率的三成", en="a pile goes no lower than 30 % of its power"
    ),
    "no_current_limit": Words(
        zh="这种桩不能按电流限制", en="this kind of pile takes no limit by current"
    ),
    "no_tariff": Words(zh="没有可下发的电价", en="there is no tariff to send"),
    "needs_two_guns": Words(zh="双枪并充要两把枪", en="charging by two guns needs two"),
    "bad_credentials": Words(zh="用户名或密钥不对", en="a wrong user name or secret"),
    "disabled": Words(zh="设备已停用", en="the device is out of use"),
    "unknown_model": Words(zh="目录中没有它的型号", en="the catalogue lacks its model"),
    "unknown_point": Words(zh="型号没有这个测点", en="its model has no such point"),
    "wrong_model": Words(zh="内容与型号不符", en="not what its model measures"),
    "out_of_range": Words(zh="超出量程", en="outside its range"),
    "clock_wrong": Words(
        zh="设备时钟不对，已按到达时间记录", en="its clock is wrong; arrival time kept"
    ),
    "not_now": Words(
        zh="档案暂时不可用，设备会再说一遍", en="the records are away; it tells the same again"
    ),
    "not_a_question": Words(zh="不是一个提问", en="not a question"),
    "nobody_answers": Words(zh="没有人回答它的提问", en="nobody answers what it asks"),
    "late": Words(zh="迟到，只记入历史", en="late; kept in the history only"),
    "duplicate": Words(zh="重复", en="told before"),
    "not_children": Words(zh="不是下挂设备清单", en="no list of children"),
    "too_many_children": Words(zh="一次通报的下挂设备太多", en="too many children at once"),
    "bad_child": Words(
        zh="下挂设备没有编号，或内容无效", en="a child without a code, or none at all"
    ),
    "not_own_child": Words(zh="通报了不属于自己的设备", en="a device that is not its own"),
    "not_sealed": Words(zh="应加密而未加密", en="not sealed, as its payloads have to be"),
    "seal_broken": Words(
        zh="解密失败：密钥不对，或报文被改动、挪用",
        en="cannot be opened: another key, changed, or meant for another topic",
    ),
    "number_too_old": Words(
        zh="报文序号过旧，可能是重放", en="a number far behind: perhaps a replay"
    ),
    "said_before": Words(zh="同一报文再次收到，可能是重放", en="the very same again"),
    "no_link_key": Words(
        zh="链路密钥无法读取，请重新签发", en="the key of its link cannot be read; make a new one"
    ),
    "not_json": Words(zh="不是 JSON", en="not JSON"),
    "not_senml": Words(zh="不是 SenML", en="not SenML"),
    "bad_value": Words(zh="数值无效", en="no valid value"),
    "bad_packet": Words(zh="报文格式错误", en="a malformed packet"),
    "bad_wire": Words(zh="接入设置不对，线路没有开", en="its options are wrong: no line was made"),
    "line_down": Words(zh="线路不通，稍后重试", en="the line is down; it is tried again"),
    "line_broke": Words(zh="线路出错，已重新开始", en="the line broke off and was begun again"),
    "no_time": Words(zh="签名推送没有时间", en="a signed push without a time"),
    "too_old": Words(zh="推送过旧，可能是重放", en="a push too old to be news; perhaps a replay"),
    "line_broken": Words(
        zh="指令发出时线路断开，结果不明",
        en="the line was cut while it was under way; what came of it is not known",
    ),
    "picture_dropped": Words(
        zh="图片过多，较旧的已丢弃", en="too many pictures: an older was dropped"
    ),
    "too_many_pictures": Words(
        zh="该线路图片太频繁，已丢弃", en="its line gives pictures too often: one was dropped"
    ),
    "picture_too_large": Words(zh="图片过大，已丢弃", en="a picture that is too large"),
    "too_large": Words(zh="报文过大", en="too large"),
    "log_full": Words(zh="存储已满，等待中", en="the log is full; it waits"),
    "bad_frame": Words(zh="帧格式或校验错误", en="a malformed frame, or a wrong checksum"),
    "bad_address": Words(zh="通信地址不对", en="a wrong address on its line"),
    "no_answer": Words(zh="没有应答", en="no answer"),
    "no_requested_data": Words(zh="电表没有该数据项", en="the meter has no such data"),
    "password_or_authority": Words(zh="密码错误或无权限", en="a wrong password, or no authority"),
    "baud_rate_cannot_change": Words(zh="通信速率不能更改", en="the baud rate cannot change"),
    "too_many_seasons": Words(zh="年时区数超出", en="too many seasons"),
    "too_many_day_periods": Words(zh="日时段数超出", en="too many periods of a day"),
    "too_many_tariffs": Words(zh="费率数超出", en="too many tariffs"),
    "illegal_data": Words(zh="电表不接受该数据", en="the meter takes no such data"),
    "no_password": Words(zh="没有配置操作密码", en="no password is set for it"),
    "hung_up": Words(zh="连接断开", en="the line was cut"),
    "unreachable": Words(zh="连接不上", en="it cannot be reached"),
    "expired": Words(zh="指令已过期", en="the order came too late"),
    "unknown": Words(zh="设备不认识该指令", en="the device knows no such order"),
    "other": Words(zh="其他错误", en="another error"),
    "not_confirmed": Words(zh="回读未确认", en="what was told did not show"),
    "bad_argument": Words(zh="参数写不进去", en="an argument that does not fit"),
    "abnormal_answer": Words(zh="设备应答异常", en="it answered that it cannot"),
    "wrong_unit": Words(zh="单位与型号不符", en="a unit that is not its model's"),
    "unknown_value": Words(zh="取值没有定义", en="a value that its table does not name"),
    "not_bcd": Words(zh="不是 BCD 数", en="not BCD"),
    "not_a_number": Words(zh="不是数", en="not a number"),
    "illegal_function": Words(zh="设备不支持该功能码", en="the device lacks this function"),
    "illegal_data_address": Words(zh="设备没有该地址", en="the device has no such address"),
    "illegal_data_value": Words(zh="设备不接受该数值", en="the device takes no such value"),
    "device_failure": Words(zh="设备故障", en="the device failed"),
    "device_busy": Words(zh="设备忙", en="the device is busy"),
    "memory_parity_error": Words(zh="设备存储校验错", en="the device's memory is damaged"),
    "gateway_path_unavailable": Words(zh="网关通道不可用", en="the gateway has no path"),
    "gateway_target_did_not_respond": Words(
        zh="网关后面的设备没有应答", en="the device behind the gateway is silent"
    ),
    "silent": Words(zh="长时间没有消息", en="nothing was heard for long"),
    "gateway_gone": Words(zh="它的网关离线", en="its gateway is gone"),
    "removed": Words(zh="已从登记中移除", en="it was taken out of the register"),
    "denied": Words(zh="设备否认", en="the device denied it"),
    "not_allowed": Words(zh="未允许该操作", en="it is not allowed here"),
    "unknown_service": Words(zh="该线路上没有此服务", en="no such service on this wire"),
    "unknown_command": Words(zh="未知的命令字", en="an unknown command"),
    "unknown_question": Words(zh="不认识的请求", en="an unknown question"),
    "unknown_type": Words(zh="未知的数据类型", en="an unknown type of data"),
    "short_object": Words(zh="信息体不完整", en="an object that is cut short"),
    "unmapped_analogue": Words(
        zh="没有配置该模拟量类型", en="no table says what this analogue type means"
    ),
    "no_scale": Words(zh="没有配置换算系数", en="no scale is entered for it"),
    "no_such_event": Words(zh="型号没有这个事件", en="its model has no such event"),
    "no_such_address": Words(
        zh="地址或网关填写有误", en="its address or gateway says nothing here"
    ),
    "bad_message": Words(zh="报文不符合协议", en="a message that breaks the protocol"),
    "bad_messages": Words(zh="连续发送错误报文", en="nothing but bad messages"),
    "bad_call": Words(zh="请求内容不合规", en="a request that its schema forbids"),
    "bad_result": Words(zh="应答内容不合规", en="an answer that its schema forbids"),
    "unasked_answer": Words(zh="没有对应请求的应答", en="an answer to nothing that was asked"),
    "not_accepted_yet": Words(zh="充电桩尚未被接受", en="the charge point is not accepted yet"),
    "bad_password": Words(zh="充电桩密码错误", en="a wrong password of a charge point"),
    "password_changed": Words(zh="密码已更改", en="its password was changed"),
    "replaced": Words(zh="被新的连接取代", en="a newer connection took its place"),
    "unknown_subprotocol": Words(zh="不支持的 OCPP 版本", en="no version of OCPP that is known"),
    "bad_meter_value": Words(zh="电表读数无效", en="a meter value that is no number"),
    "signed_meter_value": Words(zh="签名电表数据未解读", en="signed meter data, not read"),
    "whole_has_no_device": Words(
        zh="整桩数据没有对应的设备", en="data of the whole point, which no device shows"
    ),
    "setting_refused": Words(zh="充电桩不接受该参数", en="the charge point refused a setting"),
    "too_many_settings": Words(zh="参数过多", en="too many settings"),
    "no_transaction": Words(zh="没有正在进行的充电", en="nothing is charging"),
    "no_transaction_told": Words(zh="没有报告正在进行的充电", en="it told of no charging"),
    "transaction_of_another_version": Words(
        zh="充电记录来自另一协议版本", en="the charging began under another version"
    ),
    "needs_a_connector": Words(zh="需要指定枪口", en="it needs one connector"),
    "needs_a_limit": Words(zh="需要填写限值", en="it needs a limit"),
    "bad_periods": Words(zh="分段限值格式不对", en="the limits by second are malformed"),
    "key_is_component_dot_variable": Words(
        zh="参数名应为“组件.变量”", en="the key is Component.Variable"
    ),
    "internal_error": Words(zh="系统内部错误", en="an error of ours"),
    "rejected": Words(zh="设备拒绝", en="the device refused"),
    "not_supported": Words(zh="设备不支持", en="the device does not support it"),
    "unlock_failed": Words(zh="解锁失败", en="it could not be unlocked"),
    "too_many_connections": Words(zh="连接数过多", en="too many connections"),
    "unknown_event": Words(zh="没有配置该事件", en="no table has this event"),
    "not_its_channel": Words(zh="通道不属于该设备", en="a channel that is not its own"),
    "catalogue_incomplete": Words(zh="目录没有收全", en="its catalogue did not come whole"),
    "unasked_catalogue": Words(zh="没有请求过的目录", en="a catalogue that nobody asked for"),
    "no_subscription": Words(zh="设备不接受订阅", en="it takes no subscription"),
    "wrong_password": Words(zh="密码错误", en="a wrong password"),
    "signed_by_another": Words(zh="用别人的编码签名", en="it signs with another's code"),
    "not_taken": Words(zh="此类数据这里不接收", en="a kind of data that is not taken here"),
    "body_cut": Words(zh="请求没有按时发完", en="a request that did not come whole in time"),
    "busy": Words(zh="正忙", en="too much at once"),
    "parking.lane_not_found": Words(
        zh="没有车道用这台相机", en="no lane is watched by this camera"
    ),
    "no_picture": Words(zh="图片无效", en="a picture that is none"),
    "no_probe": Words(zh="无法发送探测", en="no probe could be sent"),
    "refused": Words(zh="设备拒绝", en="the device refused"),
    "no_search": Words(
        zh="错过的门禁事件没有补到", en="what its doors told meanwhile could not be asked for"
    ),
    "mark_not_kept": Words(
        zh="听到哪里没有存下，重启后会再问一遍",
        en="how far it was heard was not kept: after a restart it is asked again",
    ),
    "no_right": Words(zh="平台的账号没有权限", en="the platform's account has no right to it"),
    "no_ptz": Words(zh="没有云台", en="it cannot move"),
    "no_events": Words(zh="设备不提供事件", en="it tells no events"),
    "signed_out": Words(zh="设备已注销", en="it signed out"),
    "reported_off": Words(zh="上级报告离线", en="reported off line"),
    "defect": Words(zh="上级报告故障", en="reported defect"),
    "line_closed": Words(zh="线路已关闭", en="its line was closed"),
    "another_certificate": Words(zh="证书与登记的不同", en="another certificate than was entered"),
    "answer_too_long": Words(zh="应答过长", en="an answer that is too long"),
    "bad_arguments": Words(zh="参数不对", en="wrong arguments"),
}


def outcome(reason: str) -> Words | None:
    """Return why a command was not done; None where the reason is a device's own word, or none."""
    if reason.startswith(interlocks.REASON):
        return catalogue.because(reason.removeprefix(interlocks.REASON))
    return REASONS.get(reason)


def refusal(*, device: str, reason: str, count: int, taken: bool) -> Words:
    """Return what happened to readings, as a sentence."""
    why = REASONS.get(reason, Words(zh=reason, en=reason))
    done = Words(zh="已标记", en="flagged") if taken else Words(zh="未接收", en="refused")
    who = Words(zh="其他设备", en="others") if device == "*" else Words(zh=device, en=device)
    return Words(
        zh=f"{who.zh}：{count} 条读数{done.zh}，{why.zh}",
        en=f"{who.en}: {count} readings {done.en}, {why.en}",
    )
