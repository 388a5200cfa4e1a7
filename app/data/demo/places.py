"""Cities with their provinces and regions, addresses, and telephone numbers that ring nobody.

Mobile numbers begin with a prefix that no Chinese operator has been given, local Chinese numbers with a 9, which only
short service numbers use. American numbers are the 555-01xx and British ones the 020 7946 0xxx, kept for fiction.
"""

from typing import NamedTuple

from app.data.demo.names import Draw, pick

UNASSIGNED_MOBILE_PREFIXES = ("161", "163", "164")


class Place(NamedTuple):
    """A city: `region` is one of the keys of `REGIONS`, `dialling` its area code."""

    city: str
    province: str
    region: str
    dialling: str


REGIONS = {"east": "华东", "south": "华南", "north": "华北", "central": "华中", "southwest": "西南",
           "northwest": "西北", "northeast": "东北", "overseas": "海外"}
# city, province, dialling code, and how many customers it has in proportion to the others
CHINESE_CITIES = {
    "east": """上海 上海市 021 14, 杭州 浙江省 0571 9, 南京 江苏省 025 7, 苏州 江苏省 0512 7, 宁波 浙江省 0574 5,
               合肥 安徽省 0551 3, 无锡 江苏省 0510 3, 济南 山东省 0531 3, 青岛 山东省 0532 4, 福州 福建省 0591 2,
               厦门 福建省 0592 3, 南昌 江西省 0791 2, 温州 浙江省 0577 2, 常州 江苏省 0519 2""",
    "south": """广州 广东省 020 9, 深圳 广东省 0755 12, 东莞 广东省 0769 5, 佛山 广东省 0757 4, 珠海 广东省 0756 2,
                南宁 广西壮族自治区 0771 2, 海口 海南省 0898 1, 惠州 广东省 0752 2""",
    "north": """北京 北京市 010 12, 天津 天津市 022 4, 石家庄 河北省 0311 2, 太原 山西省 0351 2,
                呼和浩特 内蒙古自治区 0471 1""",
    "central": "武汉 湖北省 027 6, 长沙 湖南省 0731 5, 郑州 河南省 0371 4, 洛阳 河南省 0379 1, 宜昌 湖北省 0717 1",
    "southwest": "成都 四川省 028 7, 重庆 重庆市 023 6, 昆明 云南省 0871 2, 贵阳 贵州省 0851 2, 拉萨 西藏自治区 0891 1",
    "northwest": "西安 陕西省 029 5, 兰州 甘肃省 0931 1, 乌鲁木齐 新疆维吾尔自治区 0991 1, 银川 宁夏回族自治区 0951 1",
    "northeast": "沈阳 辽宁省 024 3, 大连 辽宁省 0411 3, 长春 吉林省 0431 2, 哈尔滨 黑龙江省 0451 2",
}
ENGLISH_PLACES = tuple(Place(city, province, "overseas", dialling) for city, province, dialling in (
    ("New York", "New York", "212"), ("San Francisco", "California", "415"), ("Seattle", "Washington", "206"),
    ("Boston", "Massachusetts", "617"), ("Chicago", "Illinois", "312"), ("Austin", "Texas", "512"),
    ("Denver", "Colorado", "303"), ("Portland", "Oregon", "503"), ("London", "England", "20"),
    ("London", "England", "20")))
CHINESE_ROADS = tuple("""
创新路 科技大道 人民路 建设路 中山路 解放路 滨江路 长江路 学府路 工业园区一路 高新二路 和平路 文化路 新华路
迎宾大道 兴业路 星湖街 胜利路 朝阳路 金桥路""".split())
ENGLISH_ROADS = ("Mill Lane", "Station Road", "Harbor Street", "Church Street", "Market Street", "Oak Avenue",
                 "Park Road", "River Street", "High Street", "Garden Way", "Bridge Street", "Lake Drive")


def _weighted() -> tuple[Place, ...]:
    places = []
    for region, cities in CHINESE_CITIES.items():
        for line in cities.split(","):
            city, province, dialling, weight = line.split()
            places += [Place(city, province, region, dialling)] * int(weight)
    return tuple(places)


CHINESE_PLACES = _weighted()


def place(draw: Draw, english: bool) -> Place:
    """A city, a large one more often."""
    return pick(draw, ENGLISH_PLACES if english else CHINESE_PLACES)


def address(draw: Draw, english: bool) -> str:
    """Street and number, without the city."""
    if english:
        return f"{1 + int(draw() * 240)} {pick(draw, ENGLISH_ROADS)}"
    return f"{pick(draw, CHINESE_ROADS)}{1 + int(draw() * 888)}号{1 + int(draw() * 18)}层{1 + int(draw() * 12):02d}室"


def landline(where: Place, number: int) -> str:
    """The telephone of an organisation in `where`; of `number` the last digits count, two abroad and seven in China."""
    if where.region != "overseas":
        return f"{where.dialling}-9{number % 10_000_000:07d}"
    if where.dialling == "20":
        return f"+44 20 7946 0{number % 1000:03d}"
    return f"+1 {where.dialling}-555-01{number % 100:02d}"


def mobile(prefix: str, number: int) -> str:
    """A Chinese mobile number of eleven digits; `prefix` is one of `UNASSIGNED_MOBILE_PREFIXES`."""
    return f"{prefix}{number % 100_000_000:08d}"
