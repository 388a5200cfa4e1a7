"""Who asks in the measurements, and what names are made of. Imports nothing, so that every peer may know it."""

# Sees everything; sees what is his and the pool; sees everything but which customer a contact belongs to.
ADMIN, SELLER, PLAIN = "admin", "seller1", "plain"
PLACES = "武汉 上海 北京 广州 深圳 成都 杭州 南京 西安 重庆 苏州 天津".split()
WORDS = "恒达 中科 华信 金桥 远洋 博雅 瑞丰 天成 汇通 正大 东方 新宇 凯瑞 安泰 明德 同创 嘉禾 长青 宏图 联合".split()
TRADES = "贸易 科技 建材 医药 食品 机械 物流 电子 纺织 软件".split()
LATIN = "Alder Birch Cedar Dove Elm Fern Grove Heath Iris Juniper Kestrel Larch Maple North Oak Pine".split()
INDUSTRIES = "Trade Software Building Pharmacy Food Machines Freight Electronics Textiles Energy Schools Banks".split()
REGIONS = "East South West North Centre Abroad".split()
