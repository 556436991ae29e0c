"""The units of the demo city, Xianing (夏宁市): fictional, enough for the story, growable to full scale."""

from collections.abc import Iterator
from typing import Any

COMMISSION = "cdi-xn"
COOPERATIVE = "su-coop"
DISTRICTS = {"dh": "东湖区", "xs": "西山区", "lh": "临河县"}

_DEPARTMENTS = (
    ("housing", "住房和城乡建设局", ("住建局", "建设局")),
    ("education", "教育局", ("教体局",)),
    ("health", "卫生健康委员会", ("卫健委", "卫生局")),
    ("transport", "交通运输局", ("交通局",)),
    ("water", "水利局", ("水务局",)),
    ("agriculture", "农业农村局", ("农业局",)),
    ("civil", "民政局", ()),
    ("finance", "财政局", ()),
    ("resources", "自然资源和规划局", ("国土局", "规划局")),
    ("market", "市场监督管理局", ("市监局", "工商局")),
    ("urban", "城市管理局", ("城管局",)),
    ("emergency", "应急管理局", ("安监局",)),
)
_COMPANIES = ("城市建设投资集团", "公共交通集团", "水务集团", "粮食储备公司", "文化旅游集团", "产业发展集团")


def _unit(code: str, name: str, unit_type: str, parent: str | None, level: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": name, "unit_type": unit_type, "parent_code": parent, "level": level, **more}


def organs() -> Iterator[dict[str, Any]]:
    """Party committees, commissions with their offices, organisation department, inspection office."""
    yield _unit("pc-xn", "中共夏宁市委", "party_committee", None, "city")
    yield from _commission("xn", "夏宁市", "pc-xn", "city", offices=4)
    yield _unit("inv1-xn", "夏宁市纪委监委第一审查调查室", "investigation_office", COMMISSION, "city")
    yield _unit("con-xn", "夏宁市纪委监委党风政风监督室", "conduct_office", COMMISSION, "city")
    yield _unit("org-xn", "中共夏宁市委组织部", "organisation_department", "pc-xn", "city")
    yield _unit(
        "insp-xn", "中共夏宁市委巡察工作领导小组办公室", "inspection_office", "pc-xn", "city", aliases=["市委巡察办"]
    )
    for key, name in DISTRICTS.items():
        yield _unit(f"pc-{key}", f"中共{name}委", "party_committee", "pc-xn", "county")
        yield from _commission(key, name, COMMISSION, "county", offices=1)


def _commission(key: str, area: str, parent: str, level: str, *, offices: int) -> Iterator[dict[str, Any]]:
    cdi = f"cdi-{key}"
    yield _unit(
        cdi, f"{area}纪委监委", "cdi", parent, level, contact=f"{area}纪委监委值班室", supervision_type="discipline"
    )
    yield _unit(f"cmo-{key}", f"{area}纪委监委案件监督管理室", "case_management_office", cdi, level)
    yield _unit(f"pet-{key}", f"{area}纪委监委信访室", "petition_office", cdi, level)
    for number in range(1, offices + 1):
        name = f"{area}纪委监委第{'一二三四'[number - 1]}监督检查室"
        yield _unit(f"sup{number}-{key}", name, "supervision_office", cdi, level, supervision_type="discipline")


def supervised(count: int) -> Iterator[dict[str, Any]]:
    """Supervised units, the co-operative first, each linked to a supervision office; then dispatched groups."""
    names = [
        (COOPERATIVE, "夏宁市供销合作社", ["市供销社", "供销合作社", "供销社"]),
        *(
            (f"su-{key}", f"夏宁市{name}", [f"市{name}", *(f"市{short}" for short in shorts)])
            for key, name, shorts in _DEPARTMENTS
        ),
        ("uni-xn", "夏宁大学", ["夏大"]),
        *((f"su-soe{number}", f"夏宁市{name}", [f"市{name}"]) for number, name in enumerate(_COMPANIES, 1)),
    ]
    districts = list(DISTRICTS.items())
    while len(names) < count:
        index = len(names)
        key, area = districts[index % len(districts)]
        department, name, shorts = _DEPARTMENTS[(index // len(districts)) % len(_DEPARTMENTS)]
        series = index // (len(districts) * len(_DEPARTMENTS))
        suffix = f"{series}" if series else ""
        branch = f"第{series}分局" if series else ""
        names.append(
            (f"su-{key}-{department}{suffix}", f"{area}{name}{branch}", [f"{area}{short}{branch}" for short in shorts])
        )
    for index, (code, name, aliases) in enumerate(names[:count]):
        district = code.split("-")[1] if code.count("-") > 1 else None
        office = f"sup1-{district}" if district else ("sup2-xn" if code == COOPERATIVE else f"sup{index % 4 + 1}-xn")
        parent = f"pc-{district}" if district else "pc-xn"
        level = "county" if district else "city"
        yield _unit(code, name, "supervised_unit", parent, level, aliases=aliases, linked_office=office)


def side_nodes(units: set[str]) -> Iterator[dict[str, Any]]:
    """Dispatched groups and bodies inside units, for the units that exist."""
    hosts = {
        "dg-coop": ("供销合作社", [COOPERATIVE]),
        "dg-build": ("住建局", ["su-housing", "su-urban"]),
        "dg-livelihood": ("教育局", ["su-education", "su-health"]),
    }
    for code, (name, wanted) in hosts.items():
        present = [unit for unit in wanted if unit in units]
        if present:
            yield _unit(
                code,
                f"市纪委监委驻市{name}纪检监察组",
                "dispatched_group",
                COMMISSION,
                "city",
                host_units=present,
                supervision_type="dispatched",
            )
    if "uni-xn" in units:
        yield _unit("ucdi-xn", "夏宁大学纪委", "university_cdi", COMMISSION, "city", host_units=["uni-xn"])
