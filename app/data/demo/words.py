"""What people say, write and are called in the demo company, in Chinese and, under ``en``, in English.

Places in braces are filled in by the modules that make the rows: {person}, {product}, {organisation}.
"""

JOB_TITLES = {
    "zh": (
        ("总经理", True),
        ("副总经理", True),
        ("采购经理", True),
        ("采购专员", False),
        ("信息部主管", True),
        ("门店店长", False),
        ("运营经理", False),
        ("财务经理", False),
        ("仓储主管", False),
        ("行政专员", False),
    ),
    "en": (
        ("Managing Director", True),
        ("Head of Purchasing", True),
        ("Buyer", False),
        ("IT Manager", True),
        ("Store Manager", False),
        ("Operations Manager", False),
        ("Controller", False),
    ),
}
OCCUPATIONS = ("个体店主", "教师", "设计师", "工程师", "自由职业", "医生", "会计", "摄影师", "网店店主", "咖啡馆主理人")
PREFERENCES = {
    "zh": (
        "偏好微信沟通，工作日下午方便",
        "重视交付速度，愿意为现货多付一些",
        "喜欢先试用再采购",
        "关注售后响应，最怕停机",
        "每季度集中采购一次",
        "习惯邮件确认，报价要附参数表",
        "对新品感兴趣，愿意参加内测",
    ),
    "en": (
        "Prefers e-mail and a written quote",
        "Wants a trial before buying",
        "Orders once per quarter",
        "Cares most about uptime",
    ),
}
NEEDS = {
    "zh": (
        "门店收银系统更换，要求支持断网收银",
        "总部需要实时看到各门店库存",
        "仓库盘点太慢，想用手持终端提速",
        "会员积分要与小程序打通",
        "标签打印量大，希望签年度耗材协议",
        "新开分店，需要整套设备和安装",
        "设备老化，计划分批替换",
        "需要与现有财务系统对接",
        "冷链运输要有温湿度记录",
    ),
    "en": (
        "Roll-out to twelve new stores",
        "Replace the old tills before the season",
        "One view of stock over all branches",
        "Interfaces to the existing accounting system",
    ),
}
REMARKS = ("", "", "", "介绍人：老客户", "出差较多，先发信息再打电话", "分管门店设备采购", "节假日请勿打扰")
INTERESTS = {
    "zh": ("智能收银终端", "门店云平台", "手持盘点机", "标签打印与耗材", "会员自助机", "年度维保", "整店方案"),
    "en": ("Store Cloud", "Barcode scanners", "Self-service kiosks", "Maintenance contract"),
}
CONTENTS: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "call": (
            "电话联系{person}，了解{product}的使用情况，对方表示整体稳定",
            "致电{person}确认报价收到，对方正在内部比价",
            "与{person}通话，约定下周再次沟通{product}的数量",
            "{person}来电询问{product}的供货周期，已答复三个工作日内发货",
        ),
        "visit": (
            "上门拜访{person}，参观了门店并记录了现有设备清单",
            "到客户现场演示{product}，{person}带了两位店长一起看",
            "拜访{person}，讨论续约条件，客户希望增加一次免费培训",
        ),
        "meeting": (
            "线上会议：{person}介绍了总部的数字化计划，我方演示{product}",
            "方案评审会，{person}提出三处修改意见",
            "与{person}及其财务部门开会，确认付款方式为分期",
        ),
        "email": (
            "向{person}发送{product}的报价和参数表",
            "邮件回复{person}关于接口文档的问题",
            "发送案例资料给{person}，附上同行业客户的使用效果",
        ),
        "chat": (
            "微信沟通：{person}询问{product}是否有现货",
            "微信发送安装说明给{person}，对方已收到",
            "{person}在微信上反馈上次培训效果不错",
        ),
        "return_visit": (
            "回访{person}：{product}已稳定使用一个月，暂无问题",
            "售后回访，{person}对处理结果表示满意",
            "例行回访，{person}提到近期采购预算收紧",
        ),
        "note": (
            "内部备注：客户决策链较长，需要同时维护采购和信息部",
            "内部备注：{person}与竞争对手有接触，报价需谨慎",
            "内部备注：该客户适合做区域标杆",
        ),
    },
    "en": {
        "call": (
            "Called {person} about {product}; no open questions",
            "{person} asked for delivery times of {product}",
        ),
        "visit": (
            "Visited {person} and walked through two stores",
            "Showed {product} on site to {person} and the store managers",
        ),
        "meeting": (
            "Video meeting with {person}: roll-out plan and prices",
            "Reviewed the proposal with {person} and the controller",
        ),
        "email": ("Sent the quote for {product} to {person}", "Answered the interface questions of {person}"),
        "chat": ("{person} asked in chat whether {product} is in stock", "Sent the installation guide to {person}"),
        "return_visit": ("Return visit: {product} has been running for a month", "{person} is content with the repair"),
        "note": (
            "Internal: decision is made at head office, not in the branch",
            "Internal: {person} also talks to a competitor",
        ),
    },
}
REACTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "positive": ("态度积极，主动询问细节", "对演示效果很认可", "愿意引荐其他部门"),
        "neutral": ("认真听取，没有表态", "态度客气，表示再考虑"),
        "negative": ("态度冷淡", "对价格反应较大", "提到服务不够及时"),
    },
    "en": {
        "positive": ("Asked many questions", "Liked what was shown"),
        "neutral": ("Listened, but promised nothing", "Friendly and undecided"),
        "negative": ("Reserved", "Complained about slow answers"),
    },
}
OUTCOMES: dict[str, dict[str, tuple[str, ...]]] = {
    "zh": {
        "positive": ("有明确意向", "同意推进下一步", "满意", "同意追加采购"),
        "neutral": ("需要内部讨论", "暂无新需求", "等待预算批复"),
        "negative": ("认为价格偏高", "对响应速度不满", "暂缓采购"),
    },
    "en": {
        "positive": ("Interested", "Agreed to the next step"),
        "neutral": ("Has to ask the head office", "No need at present"),
        "negative": ("Finds the price too high", "Purchase postponed"),
    },
}
NEXT_STEPS = {
    "zh": ("发送正式报价", "安排现场演示", "电话回访", "确认合同条款", "寄送样机", "约见决策人"),
    "en": ("Send the quote", "Arrange a demonstration", "Call again", "Meet the decision maker"),
}
DEAL_NAMES = {
    "zh": (
        "{organisation}{product}采购",
        "{organisation}门店升级项目",
        "{organisation}年度采购",
        "{organisation}新店开业配套",
        "{organisation}设备更新",
    ),
    "en": ("{organisation} roll-out", "{organisation}: {product}", "{organisation} annual contract"),
}
WON_LESSONS = ("现场演示打动了决策人", "老客户推荐起了关键作用", "响应快，报价清楚", "先小批量试用，再签整单", "")
LOST_LESSONS = {
    "price": "应更早了解预算，分期方案提得太晚",
    "competitor": "对手先做了试点，今后尽快安排试用",
    "product": "缺少断网盘点功能，已反馈给产品部",
    "timing": "项目推迟到下一财年，半年后再联系",
    "budget": "没有接触到真正的预算负责人",
    "service": "客户担心当地没有服务网点，可联合渠道伙伴",
    "no_response": "跟进间隔过长，对方换了负责人",
}
TASKS = {
    "zh": (
        "给{organisation}发送报价",
        "电话回访{organisation}",
        "准备{organisation}的演示环境",
        "确认{organisation}的付款进度",
        "拜访{organisation}",
        "整理{organisation}的需求清单",
        "邀请{organisation}参加新品体验日",
    ),
    "en": (
        "Send the quote to {organisation}",
        "Call {organisation} back",
        "Prepare the demonstration for {organisation}",
    ),
}
# By category: subject, description, resolution
TICKETS = {
    "malfunction": (
        (
            "{product}频繁死机",
            "营业高峰期{product}一天死机三四次，重启后能用，但影响收银。",
            "更换主板并升级固件，观察三天无异常。",
        ),
        ("{product}反复断开网络", "每隔半小时就断网一次，换过网线仍然如此。", "网卡驱动有缺陷，已远程升级。"),
    ),
    "broken_on_arrival": (
        ("收到的{product}无法开机", "今天签收，接通电源没有反应，外箱完好。", "确认到货即损，已补发新机并安排取回。"),
    ),
    "print_quality": (
        ("打印字迹发白", "新换的热敏纸打印两小时后字迹变淡，顾客投诉看不清。", "该批次纸张受潮，已免费换货。"),
    ),
    "slow_reply": (
        (
            "报修两天没有人联系",
            "前天提交的报修至今没有回电，门店只能手工开单。",
            "向客户致歉，由主管跟进并补偿一次上门服务。",
        ),
    ),
    "impolite": (("客服态度生硬", "电话咨询退换货时客服不耐烦，直接挂断。", "核听录音后向客户道歉，已对当事人培训。"),),
    "late_delivery": (
        ("订货迟迟未到", "承诺三天送达，已经过去一周，物流没有更新。", "货物在中转仓滞留，已改用专车送达。"),
    ),
    "wrong_invoice": (("账单金额与合同不符", "本月账单多收了一次维保费用，请核对。", "核对后更正账单，差额已退回。"),),
    "installation": (
        ("预约{product}安装", "新店下周开业，需要安排工程师上门安装调试。", "已完成安装并培训店员。"),
        (
            "Please install {product}",
            "Our new branch opens soon and needs an engineer on site.",
            "Installed and tested.",
        ),
    ),
    "repair": (
        ("{product}按键失灵", "使用一年多，部分按键没有反应，申请保修。", "在保修期内，更换键盘组件。"),
        ("{product} does not charge", "The battery stays empty over night.", "Battery replaced."),
    ),
    "how_to": (
        ("如何批量导入商品资料", "有两千多个商品，想知道表格格式要求。", "已发送模板和说明，客户导入成功。"),
        ("How do I change the receipt header", "We moved and need the new address on it.", "Explained by telephone."),
    ),
    "account": (("新员工账号开通", "本月新入职三位店员，请开通收银账号。", "账号已开通并发送初始设置说明。"),),
    "invoice": (("申请开具增值税发票", "上月采购需要开票，抬头与合同一致。", "电子发票已发送至登记邮箱。"),),
    "feature": (("希望增加按时段统计", "想看每小时的客流和成交，目前只能按天。", "已纳入产品规划，上线后通知客户。"),),
    "process": (("建议简化退货流程", "每次退货要填三张单子，可以合并成一张吗？", "已合并为一张电子单。"),),
}
CUSTOMER_REPLIES = (
    "好的，请尽快处理。",
    "已经按说明操作，问题还在。",
    "谢谢，现在可以了。",
    "什么时候能上门？",
    "Thank you, I will try that.",
)
AGENT_REPLIES = (
    "您好，已收到您的反馈，我们正在核实。",
    "麻烦提供一下设备序列号和现场照片。",
    "工程师已安排，稍后与您电话确认时间。",
    "问题已处理，请您确认是否恢复正常。",
)
INTERNAL_REMARKS = ("同型号本月第二起，需要关注批次。", "客户情绪较急，优先处理。", "已与仓库确认有备件。")
