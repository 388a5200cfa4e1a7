"""Names of people and organisations in Chinese and English, with the spelling that mail addresses need.

A person is drawn from `draw`, a function that answers a float in [0, 1) such as ``random.Random(7).random``.
Names of organisations come from a number below `IDENTITIES` instead, and differ for every number.
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

Draw = Callable[[], float]
Item = TypeVar("Item")
IDENTITIES = 1_000_000


class Spelled(NamedTuple):
    """A word and the lower-case Latin letters that spell it."""

    word: str
    latin: str


class Person(NamedTuple):
    """A full name, the part of a mail address that stands for it, and ``female`` or ``male``."""

    name: str
    latin: str
    gender: str


def spelled(text: str) -> tuple[Spelled, ...]:
    """Read ``"王wang 李li"`` into pairs of word and spelling."""
    pairs = []
    for item in text.split():
        latin = item.lstrip("".join(letter for letter in item if not letter.isascii()))
        pairs.append(Spelled(item.removesuffix(latin), latin))
    return tuple(pairs)


SURNAMES = spelled("""
王wang 李li 张zhang 刘liu 陈chen 杨yang 赵zhao 黄huang 周zhou 吴wu 徐xu 孙sun 胡hu 朱zhu 高gao 林lin 何he 郭guo 马ma
罗luo 梁liang 宋song 郑zheng 谢xie 韩han 唐tang 冯feng 于yu 董dong 萧xiao 程cheng 曹cao 袁yuan 邓deng 许xu 傅fu 沈shen
曾zeng 彭peng 吕lyu 苏su 卢lu 蒋jiang 蔡cai 贾jia 丁ding 魏wei 薛xue 叶ye 阎yan 余yu 潘pan 杜du 戴dai 夏xia 钟zhong
汪wang 田tian 任ren 姜jiang 范fan 方fang 石shi 姚yao 谭tan 廖liao 邹zou 熊xiong 金jin 陆lu 郝hao 孔kong 白bai 崔cui
康kang 毛mao 邱qiu 秦qin 江jiang 史shi 顾gu 侯hou 邵shao 孟meng 龙long 万wan 段duan 欧阳ouyang""")
MALE_SYLLABLES = spelled("""
伟wei 强qiang 磊lei 军jun 洋yang 勇yong 杰jie 涛tao 明ming 超chao 刚gang 平ping 辉hui 鹏peng 浩hao 宇yu 轩xuan 博bo
文wen 志zhi 建jian 国guo 华hua 东dong 峰feng 凯kai 俊jun 航hang 睿rui 晨chen 子zi 泽ze 嘉jia 天tian 海hai 林lin 成cheng
立li 永yong 一yi""")
FEMALE_SYLLABLES = spelled("""
芳fang 娜na 敏min 静jing 丽li 艳yan 娟juan 霞xia 婷ting 雪xue 慧hui 琳lin 玲ling 洁jie 颖ying 萍ping 红hong 燕yan
倩qian 梅mei 欣xin 怡yi 佳jia 雨yu 思si 梦meng 晓xiao 瑶yao 诗shi 涵han 子zi 美mei 淑shu 月yue 云yun 兰lan 可ke 心xin
依yi 文wen""")
ENGLISH_MALE = tuple("""
Adam Andrew Ben Charles Daniel David Edward Eric Frank George Henry Ian Jack James John Kevin Leo Mark Martin Michael
Nick Oliver Paul Peter Philip Robert Ryan Samuel Simon Thomas Victor William""".split())
ENGLISH_FEMALE = tuple("""
Alice Amy Anna Bella Carol Claire Diana Ella Emily Emma Fiona Grace Hannah Helen Irene Jane Julia Karen Kate Laura
Linda Lucy Maria Mary Nina Nora Olivia Rachel Rose Ruth Sarah Sophie""".split())
ENGLISH_SURNAMES = tuple("""
Adams Allen Baker Bell Bennett Brooks Brown Carter Clark Collins Cook Cooper Davies Evans Fisher Foster Gray Green
Hall Harris Hill Hughes Jackson Kelly King Lewis Martin Mason Miller Moore Morgan Morris Murphy Parker Phillips Reed
Roberts Scott Shaw Stone Taylor Turner Walker Ward Watson White Wilson Wright Young""".split())

# Pairs of these must not spell a well-known firm (a test keeps a list): hence neither 中 nor 信, 联, 通 or 润.
BRAND_SYLLABLES = spelled("""
华hua 瑞rui 恒heng 达da 盛sheng 源yuan 鑫xin 岱dai 安an 诚cheng 衡heng 德de 隆long 昌chang 嘉jia 宏hong 远yuan 海hai
天tian 宇yu 凌ling 云yun 智zhi 聆ling 创chuang 科ke 捷jie 驰chi 博bo 雅ya 康kang 健jian 元yuan 和he 屿yu 维wei 思si
芮rui 腾teng 飞fei 鹏peng 翔xiang 泓hong 图tu 曜yao 玉yu 沐mu 泽ze 丰feng 禾he 绿lyu 野ye 青qing 山shan 霁ji 月yue
光guang 辉hui 晨chen 曦xi 启qi 岑cen 领ling 先xian 锋feng 卓zhuo 越yue 乔qiao 正zheng 朴pu 圆yuan 百bai 川chuan 汇hui
融rong 亿yi 群qun 星xing 朔shuo 辰chen 楠nan 江jiang 桐tong 湖hu 林lin 森sen 木mu 石shi 铭ming 朗lang 清qing 澜lan
帆fan 舟zhou 谷gu 麦mai 禹yu 尚shang 芷zhi 珞luo""")
ENGLISH_HEADS = tuple("""
Alder Amber Aspen Birch Blue Bright Bronze Cedar Clear Cobalt Copper Coral Crystal Dawn Deep Elm Ember Fair Falcon
Fern Flint Forest Golden Granite Green Grey Harbor Hazel High Iron Ivory Jade Juniper Kestrel Lake Laurel Linden Maple
Marble Meadow Mill Mint North Oak Olive Opal Orchid Pearl Pine Quartz Raven Red River Robin Rowan Sage Silver Slate
South Storm Summit Swift Willow Winter""".split())
ENGLISH_TAILS = tuple("""
bank bay bridge brook cliff crest dale falls field ford gate glen grove haven heath hill hollow holm hurst isle
landing lane lea ledge lock marsh mead mere moor mount path peak pier point pond port reach ridge rise rock run shore
side spring stead stone strand stream tide top trail vale view ville wall water way well wharf wick wold wood worth
yard""".split())
# The industry of an English organisation follows from its trade word.
ENGLISH_TRADES = (
    ("Instruments", "manufacturing"), ("Software", "software"), ("Retail", "retail"), ("Medical", "healthcare"),
    ("Learning", "education"), ("Finance", "finance"), ("Building", "construction"), ("Logistics", "logistics"),
    ("Energy", "energy"), ("Foods", "food"), ("Farms", "agriculture"), ("Media", "media"),
    ("Machines", "manufacturing"))
CHINESE_TRADES = {
    "manufacturing": ("精密机械", "智能装备", "电子", "自动化设备"),
    "software": ("软件", "信息技术", "网络科技"),
    "retail": ("商贸", "连锁超市", "百货", "电子商务"),
    "healthcare": ("医疗器械", "健康科技", "医药"),
    "education": ("教育科技", "文化教育", "图书"),
    "finance": ("商务咨询", "财务咨询", "数据服务"),
    "construction": ("建筑工程", "装饰设计", "建材"),
    "logistics": ("物流", "供应链管理", "仓储"),
    "energy": ("新能源", "环保科技", "节能服务"),
    "food": ("餐饮管理", "食品", "饮品"),
    "agriculture": ("农业科技", "生态农业", "种业"),
    "media": ("文化传媒", "广告", "会展服务"),
}
CHINESE_FORMS = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司")
ENGLISH_FORMS = ("Ltd", "Inc.", "Group", "Co.")


def pick(draw: Draw, items: tuple[Item, ...]) -> Item:
    """One of `items`, each equally likely."""
    return items[int(draw() * len(items))]


def steady(number: int) -> Draw:
    """A small stream of chances that belongs to `number`: the same person has the same name wherever it is told."""
    state = number

    def draw() -> float:
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        return (state >> 32) / 0x100000000

    return draw


def person(draw: Draw, english: bool = False) -> Person:
    """A person with a common surname more often than a rare one."""
    female = draw() < 0.46
    gender = "female" if female else "male"
    if english:
        first = pick(draw, ENGLISH_FEMALE if female else ENGLISH_MALE)
        last = pick(draw, ENGLISH_SURNAMES)
        return Person(f"{first} {last}", f"{first}.{last}".lower(), gender)
    chance = draw()
    last_name = SURNAMES[int(chance * chance * len(SURNAMES))]
    syllables = FEMALE_SYLLABLES if female else MALE_SYLLABLES
    given = pick(draw, syllables)
    if draw() < 0.25:
        return Person(last_name.word + given.word, f"{given.latin}.{last_name.latin}", gender)
    second = pick(draw, syllables)
    name = f"{last_name.word}{given.word}{second.word}"
    return Person(name, f"{given.latin}{second.latin}.{last_name.latin}", gender)


def brand(identity: int, short: bool = False) -> Spelled:
    """The Chinese brand of `identity`: three syllables that no other number has, or only the first two if `short`."""
    first = BRAND_SYLLABLES[identity // 10_000]
    second = BRAND_SYLLABLES[identity // 100 % 100]
    if short:
        return Spelled(first.word + second.word, first.latin + second.latin)
    third = BRAND_SYLLABLES[identity % 100]
    return Spelled(first.word + second.word + third.word, first.latin + second.latin + third.latin)


def chinese_organisation(identity: int, city: str, industry: str, own: Spelled) -> str:
    """The registered name of the organisation whose brand is `own`: city, brand, trade, legal form."""
    trades = CHINESE_TRADES[industry]
    return f"{city}{own.word}{trades[identity % len(trades)]}{CHINESE_FORMS[identity // 7 % len(CHINESE_FORMS)]}"


def english_brand(number: int) -> Spelled:
    """The English brand of `number` below 53,000; with its trade word (see `english_trade`) no other number has it."""
    word = ENGLISH_HEADS[number % 64] + ENGLISH_TAILS[number // 64 % 64]
    return Spelled(word, word.lower())


def english_trade(number: int) -> tuple[str, str]:
    """The trade word of the English organisation of `number`, and the key of the industry that it belongs to."""
    return ENGLISH_TRADES[number // 4096 % len(ENGLISH_TRADES)]


def english_organisation(number: int) -> str:
    """The registered name of the English organisation of `number`: brand, trade, legal form."""
    return f"{english_brand(number).word} {english_trade(number)[0]} {ENGLISH_FORMS[number % len(ENGLISH_FORMS)]}"
