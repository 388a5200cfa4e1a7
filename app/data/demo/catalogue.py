"""What the demo company has few of and names by hand: teams, users, products, competitors, categories and the like.

Each function answers the rows of one entity: dicts of plain values whose ``key`` other rows point with.
"""

from typing import Any

Row = dict[str, Any]
CURRENCY = "CNY"
PIPELINE = "sales"

# key, name, parent, region
TEAMS = (("kemai", "客脉", None, None), ("sales_east", "华东销售部", "kemai", "华东"),
         ("sales_south", "华南销售部", "kemai", "华南"), ("support", "客户服务部", "kemai", None),
         ("marketing", "市场部", "kemai", None))
# user name, family name, given name, role, team, language, job title
USERS = (
    ("admin", "管理", "员", "Admin", "kemai", "zh", "系统管理员"),
    ("manager", "沈", "明远", "Manager", "kemai", "zh", "总经理"),
    ("sales1", "林", "晓彤", "Sales", "sales_east", "zh", "客户经理"),
    ("sales2", "周", "子轩", "Sales", "sales_south", "zh", "客户经理"),
    ("support1", "何", "佳怡", "Support", "support", "zh", "客服专员"),
    ("support2", "马", "志强", "Support", "support", "zh", "售后工程师"),
    ("marketing", "Turner", "Grace", "Marketing", "marketing", "en", "Marketing manager"),
    ("analyst", "Walker", "Ian", "Analyst", "kemai", "en", "Data analyst"),
    ("viewer", "苏", "雨晨", "Viewer", "sales_east", "zh", "实习生"))
SELLERS = (("sales1", "sales_east"), ("sales2", "sales_south"))
SUPPORTERS = (("support1", "support"), ("support2", "support"))

TAGS = (("key_account", "重点客户", "orange"), ("price_sensitive", "价格敏感", "yellow"),
        ("fast_growth", "快速成长", "green"), ("chain", "连锁门店", "blue"), ("exhibition", "展会结识", "purple"),
        ("reference", "标杆案例", "green"), ("slow_payment", "回款较慢", "red"), ("export", "Export business", "blue"),
        ("vip", "VIP", "orange"), ("needs_care", "需要关怀", "red"))
# key, label, category, days that a deal is expected to stay, probability of winning in per cent
STAGES = (("prospecting", "初步接触", "open", 14, 10), ("engaging", "深入沟通", "open", 21, 40),
          ("closing", "即将成交", "open", 14, 75), ("won", "赢单", "won", None, 100), ("lost", "输单", "lost", None, 0))
PRODUCT_CATEGORIES = {"device": "智能设备", "consumable": "耗材", "software": "软件订阅", "service": "服务"}
# code, name, category, price in minor units of CURRENCY; repeat purchases come from the consumables
PRODUCTS = (
    ("KM-1101", "智能收银终端 A1", "device", 328_000), ("KM-1102", "智能收银终端 A1 Pro", "device", 498_000),
    ("KM-1103", "手持盘点机 H2", "device", 219_000), ("KM-1104", "无线扫码枪 S1", "device", 36_900),
    ("KM-1105", "标签打印机 L4", "device", 128_000), ("KM-1106", "边缘网关 G3", "device", 465_000),
    ("KM-1107", "温湿度传感器 T1（十只装）", "device", 159_000), ("KM-1108", "会员自助机 K1", "device", 1_280_000),
    ("KM-1109", "Barcode Scanner S1, Export Edition", "device", 42_000),
    ("KM-1110", "Edge Gateway G3, Export Edition", "device", 520_000),
    ("KM-2101", "热敏纸 80×80（50 卷）", "consumable", 24_900),
    ("KM-2102", "标签纸 60×40（20 卷）", "consumable", 18_600),
    ("KM-2103", "碳带 110×300（10 卷）", "consumable", 32_000), ("KM-2104", "打印头清洁套装", "consumable", 9_900),
    ("KM-2105", "终端备用电池", "consumable", 45_900),
    ("KM-2106", "Receipt Paper 80x80 (50 rolls)", "consumable", 27_900),
    ("KM-2107", "Label Rolls 60x40 (20 rolls)", "consumable", 21_600),
    ("KM-3101", "门店云平台 标准版（年）", "software", 980_000),
    ("KM-3102", "门店云平台 企业版（年）", "software", 2_980_000),
    ("KM-3103", "经营看板模块（年）", "software", 680_000), ("KM-3104", "接口开放包（年）", "software", 360_000),
    ("KM-3105", "Store Cloud International (per year)", "software", 1_280_000),
    ("KM-4101", "上门安装服务（次）", "service", 60_000), ("KM-4102", "年度维保服务", "service", 360_000),
    ("KM-4103", "管理员培训（天）", "service", 280_000), ("KM-4104", "数据迁移服务（项）", "service", 800_000),
    ("KM-4105", "Remote Maintenance (per year)", "service", 420_000),
    ("KM-1001", "收银终端 A0（已停产）", "device", 198_000))
DISCONTINUED = ("KM-1001",)
COMPETITORS = (
    ("huidian", "汇点零售科技", "硬件便宜，渠道铺得广", "软件更新慢，售后外包"),
    ("lingjing", "零境数据", "看板漂亮，售前能力强", "没有自己的硬件，交付周期长"),
    ("shangtuo", "商拓云", "大客户案例多，品牌响", "价格高，定制要另外收费"),
    ("brightlane", "Brightlane Systems", "International roll-outs, open interfaces", "No local support team"),
    ("nordquay", "Nordquay Retail", "Low price for small shops", "Few interfaces, no offline mode"))
# key: name, what it is judged by, how it is followed up
SOURCES = {
    "campaign": ("市场活动", "参与度、意向", "尽快联系，提供详细资料"),
    "referral": ("客户转介绍", "信任度、匹配度", "提供个性化服务和优惠政策"),
    "web_advertising": ("网络广告", "点击率、咨询量", "快速响应，解答疑问"),
    "trade_fair": ("行业展会", "现场交流、名片数量", "一周内回访，邀请参观样板店"),
    "website": ("官网咨询", "咨询量", "快速响应，解答疑问"),
    "phone": ("电话来访", "咨询量", "当天回电"),
    "partner": ("渠道伙伴", "信任度、匹配度", "与伙伴约定分工")}
LOSS_REASONS = {"price": "价格", "product": "产品不满足需求", "service": "服务或交付顾虑", "competitor": "选择竞争对手",
                "budget": "预算取消", "timing": "项目推迟", "no_response": "失去联系"}
INDUSTRIES = {"manufacturing": "制造业", "software": "软件与信息服务", "retail": "零售", "healthcare": "医疗健康",
              "education": "教育", "finance": "金融与商务", "construction": "建筑与装饰", "logistics": "物流运输",
              "energy": "能源环保", "food": "餐饮食品", "agriculture": "农业", "media": "文化传媒"}
QUEUES = (("technicians", "售后技术"), ("customer_service", "客户服务"), ("logistics", "物流协调"),
          ("billing", "账务结算"))
# key, parent, label, kind of the tickets below it, queue
TICKET_CATEGORIES = (
    ("complaint", None, "投诉", "complaint", "customer_service"),
    ("product_quality", "complaint", "产品质量", "complaint", "technicians"),
    ("malfunction", "product_quality", "设备故障频繁", "complaint", "technicians"),
    ("broken_on_arrival", "product_quality", "到货即损", "complaint", "technicians"),
    ("print_quality", "product_quality", "打印质量差", "complaint", "technicians"),
    ("service_attitude", "complaint", "服务态度", "complaint", "customer_service"),
    ("slow_reply", "service_attitude", "回复不及时", "complaint", "customer_service"),
    ("impolite", "service_attitude", "态度生硬", "complaint", "customer_service"),
    ("delivery", "complaint", "物流配送", "complaint", "logistics"),
    ("late_delivery", "delivery", "送货延误", "complaint", "logistics"),
    ("price_billing", "complaint", "价格与账单", "complaint", "billing"),
    ("wrong_invoice", "price_billing", "账单有误", "complaint", "billing"),
    ("request", None, "服务请求", "request", "customer_service"),
    ("installation", "request", "安装调试", "request", "technicians"),
    ("repair", "request", "维修", "request", "technicians"),
    ("how_to", "request", "使用咨询", "request", "customer_service"),
    ("account", "request", "账号与权限", "request", "customer_service"),
    ("invoice", "request", "开具发票", "request", "billing"),
    ("suggestion", None, "建议", "suggestion", "customer_service"),
    ("feature", "suggestion", "功能建议", "suggestion", "customer_service"),
    ("process", "suggestion", "流程建议", "suggestion", "customer_service"))


def teams() -> list[Row]:
    """The tree of teams, parents first; the `manager` is a user, and users come after teams."""
    return [{"key": key, "name": name, "parent": parent, "region": region, "manager": "manager"}
            for key, name, parent, region in TEAMS]


def users() -> list[Row]:
    """The nine logins, one for each role and two where colleagues matter."""
    return [{"key": name, "username": name, "last_name": family, "first_name": given, "job_title": title,
             "display_name": family + given if locale == "zh" else f"{given} {family}",
             "email": f"{name}@example.com", "role": role, "team": team, "locale": locale, "zone": "Asia/Shanghai"}
            for name, family, given, role, team, locale, title in USERS]


def tags() -> list[Row]:
    """Tags for customers."""
    return [{"key": key, "name": name, "colour": colour} for key, name, colour in TAGS]


def named(table: dict[str, str]) -> list[Row]:
    """The rows of a catalogue that has nothing but names."""
    return [{"key": key, "name": name} for key, name in table.items()]


def lead_sources() -> list[Row]:
    """Where leads and opportunities come from."""
    return [{"key": key, "name": name, "measure": measure, "strategy": strategy}
            for key, (name, measure, strategy) in SOURCES.items()]


def products() -> list[Row]:
    """The price list."""
    return [{"key": code, "code": code, "name": name, "category": category, "unit_price": price, "currency": CURRENCY,
             "active": code not in DISCONTINUED} for code, name, category, price in PRODUCTS]


def competitors() -> list[Row]:
    """Whom deals are lost to."""
    return [{"key": key, "name": name, "strengths": strong, "weaknesses": weak}
            for key, name, strong, weak in COMPETITORS]


def pipelines() -> list[Row]:
    """The one pipeline."""
    return [{"key": PIPELINE, "name": "销售流程"}]


def stages() -> list[Row]:
    """The stages of the pipeline in their order."""
    return [{"key": key, "pipeline": PIPELINE, "label": label, "category": category, "order": order,
             "expected_days": days, "probability": probability}
            for order, (key, label, category, days, probability) in enumerate(STAGES, start=1)]


def queues() -> list[Row]:
    """The queues that ticket categories lead to."""
    return [{"key": key, "name": name, "team": "support"} for key, name in QUEUES]


def ticket_categories() -> list[Row]:
    """The tree of ticket categories, parents first."""
    return [{"key": key, "parent": parent, "name": name, "kind": kind, "queue": queue}
            for key, parent, name, kind, queue in TICKET_CATEGORIES]
