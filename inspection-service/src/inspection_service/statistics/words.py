"""What the figures of inspections are called."""

from collections.abc import Mapping

from chassis.errors import Text

FIGURES: Mapping[str, Text] = {
    "rounds": Text("巡察轮次", "Rounds"),
    "rounds_by_type": Text("各类巡察轮次", "Rounds by type"),
    "rounds_by_state": Text("巡察轮次进展", "Rounds by state"),
    "rounds_by_year": Text("各年度巡察轮次", "Rounds by year"),
    "units_inspected": Text("被巡察单位", "Units inspected"),
    "findings": Text("发现问题", "Findings"),
    "findings_by_severity": Text("发现问题严重程度", "Findings by severity"),
    "findings_by_category": Text("发现问题类别", "Findings by category"),
    "findings_by_unit": Text("各单位发现问题", "Findings by unit"),
    "findings_by_year": Text("各年度巡察发现问题", "Findings by year of the round"),
    "clues_handed_over": Text("移交问题线索", "Clues handed over"),
    "clues_by_phase": Text("移交时间", "Clues by time of hand-over"),
    "findings_referred": Text("转其他单位处理", "Findings referred"),
    "rectifications": Text("整改事项", "Rectification items"),
    "rectifications_by_state": Text("整改事项进展", "Rectification by state"),
    "rectifications_overdue": Text("超过首次期限", "Past their first date"),
    "rectifications_signed_off_in_time": Text("按首次期限销号", "Signed off by their first date"),
}
