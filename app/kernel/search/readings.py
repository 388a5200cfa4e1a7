"""How a Chinese sign may be spelled in Latin letters, without tones.

pypinyin is asked for the usual reading of a sign by itself; config.py tells it to leave its list of phrases alone. The
readings that only names have are stated here, and a name is found by every one of them.
"""

from functools import lru_cache

from pypinyin import lazy_pinyin

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


@lru_cache(maxsize=20_000)
def readings_of(sign: str) -> tuple[str, ...]:
    """The ways of spelling one sign, the usual one first, ü as v and as u; nothing for what is no Chinese sign."""
    if not _FIRST <= sign <= _LAST:
        return ()
    usual = lazy_pinyin(sign)[0]
    if not (usual.isascii() and usual.isalpha()):
        return ()
    known = (*FURTHER.get(sign, ()), usual)
    return tuple(dict.fromkeys(each for reading in known for each in (reading, reading.replace("v", "u"))))
