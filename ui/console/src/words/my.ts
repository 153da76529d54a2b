/** The resident's own pages: the frame. Each domain's words stand in a file of its own. */
export const my = {
  "nav.my": ["我的社区", "My community"],
  "nav.me": ["我的", "Me"],
  "my.doors": ["开门", "Doors"],
  "my.visitors": ["访客", "Visitors"],
  "my.car": ["车", "Car"],
  "my.charging": ["充电", "Charging"],
  "my.wallet": ["钱包", "Wallet"],
  "my.me": ["我的", "Me"],
  "my.text.normal": ["标准字", "Normal"],
  "my.text.elder": ["长辈版大字", "Large, for elders"],
  "my.elderTell": ["只改这台手机。字更大，颜色更分明，按钮更大。", "On this phone only. Larger words, stronger colours, larger buttons."],
  "my.notices": ["允许来电提醒", "Allow notices of calls"],
  "my.noticesTell": ["门口有人呼叫而您正在看别的页面时，手机会弹出提醒。", "When somebody rings while you look at another page, your telephone tells you."],
  "my.privacyTell": ["存了我什么、谁看过、怎么更正和删除", "What is held on me, who looked, how to correct and erase it"],
  "my.marketTell": ["我同意了哪些服务、它们替我做过什么、怎么撤回", "Which services I agreed to, what they did for me, how to take it back"],
  "my.accountTell": ["密码、登录过的设备", "Password, machines that are signed in"],
} as const;
