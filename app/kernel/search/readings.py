"""How a Chinese sign may be spelled in Latin letters, without tones.

The usual reading of a sign by itself is pypinyin's. Its table is read as text and kept as two lists: imported, it
would cost 10 MB in every process, and 40 MB more for phrases that nobody asks for. The readings that only names have
are stated here, and a name is found by every one of them.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from functools import lru_cache

from app.kernel.packaged import packaged_text

# Surnames and words of company and place names that are read in several ways; the usual reading need not stand here.
_FURTHER = """
单shan,dan,chan 仇qiu,chou 曾zeng,ceng 解xie,jie 区ou,qu 朴piao,pu,po 覃qin,tan 乐yue,le 查zha,cha 翟zhai,di
尉wei,yu 长chang,zhang 万wan,mo 俟qi,si 盖ge,gai 缪miao,mou,miu 种chong,zhong 折she,zhe 薄bo,bao 召shao,zhao
黑he,hei 繁po,fan 员yun,yuan 牟mou,mu 郇xun,huan 谌chen,shen 隗wei,kui 洗xian,xi 祭zhai,ji 都du,dou
佴nai,er 不fou,bu 炅gui,jiong 角jue,jiao 句gou,ju 柏bai,bo 郗xi,chi 乜nie,mie 强qiang,jiang 晟cheng,sheng
盛sheng,cheng 茜qian,xi 娜na,nuo 行hang,xing 重zhong,chong 厦xia,sha 藏zang,cang 朝chao,zhao 调diao,tiao
传chuan,zhuan 会hui,kuai 降jiang,xiang 率lv,shuai 参can,shen 贾jia,gu 卡ka,qia 壳ke,qiao 埔pu,bu 堡bao,pu,bu
蚌bang,beng 六liu,lu 番fan,pan 泊bo,po 莞guan,wan 浒hu,xu 铅qian,yan 歙she,xi 涡guo,wo 漯luo,ta 渑mian,sheng
阿a,e 属shu,zhu 模mo,mu 差cha,chai 粘zhan,nian 弹dan,tan 校xiao,jiao 劲jin,jing 圈quan,juan 便bian,pian
觉jue,jiao 还hai,huan 系xi,ji 拓tuo,ta 仔zi,zai 扎za,zha 轧ya,zha 什shi,shen 省sheng,xing 幢zhuang,chuang
露lu,lou 熟shu,shou 色se,shai 靓liang,jing 卜bu,bo 敦dun,dui 宿su,xiu 秘mi,bi 能neng,nai
"""
FURTHER: dict[str, tuple[str, ...]] = {entry[0]: tuple(entry[1:].split(",")) for entry in _FURTHER.split()}
_FIRST, _LAST = "\u3400", "\U0003ffff"


def _table() -> tuple[str, array, list[str]]:
    """Every sign in order; for each the place of its usual reading, with its tone, among all readings."""
    lines = re.finditer(r'"(\d+)": "([^",]+)', packaged_text("pypinyin", "pinyin_dict.json"))
    found = sorted((int(line[1]), line[2]) for line in lines)
    places = {sound: place for place, sound in enumerate(dict.fromkeys(sound for _code, sound in found))}
    signs = "".join(chr(code) for code, _sound in found)
    return signs, array("H", [places[sound] for _code, sound in found]), list(places)


_SIGNS, _PLACES, _SOUNDS = _table()


def _usual(sign: str) -> str:
    """The usual reading of a sign without its tone, ü as v; "" for a sign that has none."""
    place = bisect_left(_SIGNS, sign)
    if _SIGNS[place:place + 1] != sign:
        return ""
    letters = unicodedata.normalize("NFD", _SOUNDS[_PLACES[place]]).replace("u\u0308", "v")
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def readings_of(sign: str) -> tuple[str, ...]:
    """The ways of spelling one sign, the usual one first, ü as v and as u; nothing for what is no Chinese sign."""
    if not _FIRST <= sign <= _LAST:
        return ()
    usual = _usual(sign)
    if not (usual.isascii() and usual.isalpha()):
        return ()
    known = (*FURTHER.get(sign, ()), usual)
    return tuple(dict.fromkeys(each for reading in known for each in (reading, reading.replace("v", "u"))))
