"""What a bulletin says in both languages, and what the figures of inspections and of the pool are called."""

from collections.abc import Mapping
from types import MappingProxyType

from chassis.errors import Text

from notification_service.bulletins.domain import Rhythm

TITLES: Mapping[Rhythm, Text] = MappingProxyType(
    {
        Rhythm.MONTH: Text("监督工作月度通报（{no}）", "Monthly bulletin on supervision ({no})"),
        Rhythm.QUARTER: Text("监督工作季度通报（{no}）", "Quarterly bulletin on supervision ({no})"),
        Rhythm.HALF_YEAR: Text("监督工作半年通报（{no}）", "Half-yearly bulletin on supervision ({no})"),
    }
)
DATES = Text("期间：{first} 至 {last}；数据截止：{last}。", "{first} to {last}; as of {last}.")
RULE = Text(
    "本通报仅含读者有权知悉的数据；线索尚待核实，数量不代表问题属实。",
    "This bulletin holds what its reader may know. Clues are unverified: a number says nothing about whether they are"
    " true.",
)
NOTHING = Text("您无权查阅该部分数据。", "You may not read the figures of this part.")
HEADS = (Text("指标", "Figure"), Text("代码", "Code"), Text("名称", "Name"), Text("数量", "Number"))
SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "clue": Text("问题线索", "Clues"),
        "inspection": Text("巡察", "Inspection"),
        "pool": Text("监督人才库", "Personnel pool"),
    }
)
_FIGURES: Mapping[str, Text] = MappingProxyType(
    {
        "rounds": Text("巡察轮次", "Rounds"),
        "rounds_by_type": Text("各类巡察轮次", "Rounds by type"),
        "rounds_by_state": Text("巡察轮次进展", "Rounds by state"),
        "units_inspected": Text("被巡察单位", "Units inspected"),
        "findings": Text("发现问题", "Findings"),
        "findings_by_severity": Text("发现问题严重程度", "Findings by severity"),
        "findings_by_category": Text("发现问题类别", "Findings by category"),
        "clues_handed_over": Text("移交线索", "Clues handed over"),
        "clues_by_phase": Text("各阶段移交线索", "Clues handed over by phase"),
        "findings_referred": Text("转相关单位的问题", "Findings referred"),
        "rectifications": Text("整改事项", "Rectification items"),
        "rectifications_by_state": Text("整改事项进展", "Rectification items by state"),
        "rectifications_overdue": Text("逾期整改事项", "Rectification items overdue"),
        "rectifications_signed_off_in_time": Text("按期销号整改事项", "Rectification items signed off in time"),
        "members": Text("在库人数", "Members of the pool"),
        "members_lent": Text("被抽调人数", "Members lent"),
        "days": Text("抽调天数", "Days lent"),
        "days_by_home_unit": Text("各派出单位抽调天数", "Days lent by home unit"),
    }
)


def figure(name: str, language: str) -> str:
    """What a figure of inspections or of the pool is called; one that is not known here yet keeps its name."""
    return _FIGURES[name].in_language(language) if name in _FIGURES else name
