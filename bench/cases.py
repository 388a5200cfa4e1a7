"""What is measured: one page of each sort, as each of the peers serves it."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import unescape
from urllib.parse import quote

from bench.words import ADMIN, PLAIN, SELLER, WORDS

OURS, RAW, STOCK = "ours", "raw", "stock"
PEERS = (OURS, RAW, STOCK)
DEPTH = 0.98
SIZE = 25


@dataclass(frozen=True)
class Drawn:
    """What one round asks for: a customer, a word that many names hold, one that few hold, and a page far behind.

    `deep` is the address of that page with us, as one would reach it by turning pages.
    """

    customer: int
    often: str
    seldom: str
    page: int
    deep: str


@dataclass(frozen=True)
class Case:
    """One page: its address with each peer, asked as `user`. `share` of the rounds are run, for what takes seconds.

    Beyond `most` customers only ours is asked.
    """

    name: str
    addresses: Mapping[str, str]
    user: str = ADMIN
    share: float = 1.0
    most: int | None = None

    def of_size(self, customers: int) -> "Case":
        """The case as it is measured over so many customers."""
        if self.most is None or customers <= self.most:
            return self
        return replace(self, addresses={OURS: self.addresses[OURS]})

    def urls(self, drawn: Drawn) -> dict[str, str]:
        """The address with each peer."""
        values = {name: quote(str(value)) for name, value in vars(drawn).items()}
        values |= {"deep": drawn.deep, "pages_before": str(drawn.page - 1)}
        return {peer: address.format(**values) for peer, address in self.addresses.items()}


STOCK_API = "/api/v1/stock_customer/?q=(order_column:created_at,order_direction:desc,page_size:25)"
CASES = (
    Case("List, first page", {OURS: "/customer/list/", RAW: "/customers", STOCK: "/customerview/list/"}),
    Case("List, own rows and pool", {OURS: "/customer/list/"}, SELLER),
    Case("List, page at 98 %", {OURS: "{deep}", RAW: "/customers?page={page}",
                                STOCK: "/customerview/list/?page_CustomerView={pages_before}"}),
    Case("Search, 2 signs, many hits", {OURS: "/customer/list/?q={often}", RAW: "/customers?q={often}",
                                        STOCK: "/customerview/list/?_flt_2_name={often}"}),
    Case("Search, 4 signs, few hits", {OURS: "/customer/list/?q={seldom}", RAW: "/customers?q={seldom}",
                                       STOCK: "/customerview/list/?_flt_2_name={seldom}"}),
    Case("Record with related lists", {OURS: "/customer/show/{customer}", RAW: "/customers/{customer}",
                                       STOCK: "/customerview/show/{customer}"}),
    Case("Form with a relation to all customers", {OURS: "/contact/add", RAW: "/contacts/new",
                                                   STOCK: "/contactview/add"}, share=0.1, most=100_000),
    Case("The same form without it", {OURS: "/contact/add", RAW: "/contacts/new?plain=1",
                                      STOCK: "/plaincontactview/add"}, PLAIN),
    Case("REST list", {OURS: "/api/v1/customer/", RAW: "/api/customers", STOCK: STOCK_API}),
)


def deep_page(customers: int) -> int:
    """The number of the page behind 98 % of the customers."""
    return max(int(customers * DEPTH) // SIZE, 1) + 1


def next_address(page: str) -> str:
    """Where the page leads to for the rows behind its own."""
    found = re.search(r'<a [^>]*rel="next" href="([^"]+)"', page)
    if found is None:
        raise LookupError("the page leads no further")
    return unescape(found[1])


def drawer(customers: int, deep: str, seed: int = 7) -> Callable[[], Drawn]:
    """Draws what the rounds ask for, the same in every run; `deep` is the address of the deep page with us."""
    draw = random.Random(seed)

    def drawn() -> Drawn:
        word = draw.choice(WORDS)
        seldom = f"{word}{draw.choice(WORDS)}"
        return Drawn(draw.randint(1, customers), word, seldom, deep_page(customers), deep)

    return drawn
