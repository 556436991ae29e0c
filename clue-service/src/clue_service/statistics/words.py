"""What figures and codes are called on pages and sheets, in both languages."""

from collections.abc import Mapping

from chassis.errors import Text

HEADS = (Text("指标", "Figure"), Text("代码", "Code"), Text("名称", "Name"), Text("数量", "Number"))
FIGURES: Mapping[str, Text] = {
    "clues": Text("登记线索", "Clues registered"),
    "by_source": Text("按来源", "By source"),
    "by_channel": Text("按渠道", "By channel"),
    "by_category": Text("按问题类别", "By category"),
    "by_month": Text("按月份", "By month"),
    "by_unit": Text("按被反映单位", "By unit reported on"),
    "dispositions": Text("批准的处置方式", "Dispositions approved"),
    "outcomes": Text("处置结果", "Outcomes recorded"),
    "forms": Text("四种形态", "Four forms"),
    "advice_served": Text("送达纪检监察建议", "Letters of advice served"),
    "library_items": Text("信息库条目", "Library entries"),
}
_WORDS: Mapping[str, Text] = {
    "PETITION": Text("信访举报", "Petition"),
    "SUPERIOR_ASSIGNED": Text("上级交办", "Assigned by superior"),
    "POLICE_PROCURATE_COURT": Text("公检法移送", "Police, procurators, courts"),
    "SUPERVISION_CHECK": Text("监督检查发现", "Supervision check"),
    "INVESTIGATION_BYPRODUCT": Text("审查调查中发现", "Found in an investigation"),
    "AUDIT": Text("审计移送", "Audit"),
    "INSPECTION": Text("巡视巡察移交", "Inspection"),
    "OTHER_ENFORCEMENT": Text("其他执法机关移送", "Other enforcement"),
    "SELF_SURRENDER": Text("主动投案", "Self-surrender"),
    "OTHER": Text("其他", "Other"),
    "letter": Text("来信", "Letter"),
    "visit": Text("来访", "Visit"),
    "phone": Text("来电", "Telephone"),
    "online": Text("网络", "Online"),
    "other": Text("其他", "Other"),
    "DISCIPLINE": Text("违纪", "Discipline"),
    "DUTY": Text("职务", "Duty"),
    "APPEAL": Text("申诉", "Appeal"),
    "SUGGESTION": Text("批评建议", "Suggestion"),
    "OUT_OF_SCOPE": Text("业务范围外", "Out of scope"),
    "NO_SUBSTANCE": Text("无实质内容", "No substance"),
    "D1": Text("政治纪律", "Political discipline"),
    "D2": Text("组织纪律", "Organisational discipline"),
    "D3": Text("廉洁纪律", "Integrity discipline"),
    "D4": Text("群众纪律", "Mass discipline"),
    "D5": Text("工作纪律", "Work discipline"),
    "D6": Text("生活纪律", "Life discipline"),
    "V1": Text("职务违法", "Duty violation"),
    "C1": Text("贪污贿赂", "Corruption and bribery"),
    "C2": Text("滥用职权", "Abuse of power"),
    "C3": Text("玩忽职守", "Neglect of duty"),
    "C4": Text("徇私舞弊", "Favouritism"),
    "C5": Text("重大责任事故", "Major liability accident"),
    "C6": Text("公职人员其他犯罪", "Other crime in office"),
    "O1": Text("其他犯罪", "Other crime"),
    "talk_inquiry": Text("谈话函询", "Talk or inquiry"),
    "preliminary_verification": Text("初步核实", "Preliminary verification"),
    "on_hold": Text("暂存待查", "On hold"),
    "closed": Text("予以了结", "Closed"),
    "case_filed": Text("立案", "Case filed"),
    "after_check": Text("核查后了结", "Closed after check"),
    "reminder_talk": Text("谈话提醒", "Reminder talk"),
    "accepted_explanation": Text("采信了结", "Explanation accepted"),
    "first_form": Text("第一种形态处理", "First form"),
    "transferred_to_party_org": Text("移送党组织", "Transferred to the Party organisation"),
    "report_stat": Text("信访统计", "Figures of reports"),
    "clue_stat": Text("线索统计", "Figures of clues"),
    "inspection_feedback": Text("巡察反馈", "Inspection feedback"),
    "special_check": Text("专项检查", "Special check"),
    "case_analysis": Text("案例剖析", "Case analysis"),
    "advice": Text("纪检监察建议", "Advice"),
    "-": Text("未注明", "Not stated"),
}


def word(code: str, language: str) -> str:
    """The word for a code; the code itself where there is none, such as a month or a unit."""
    found = _WORDS.get(code)
    return found.in_language(language) if found else code
