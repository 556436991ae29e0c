"""The sentence of each kind of notice in both languages: kind and number, never content."""

from collections.abc import Mapping
from types import MappingProxyType

from chassis.errors import Text

TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "clue_registered": Text("线索{no}已登记，待受理", "Clue{no} was registered and waits for acceptance"),
        "clue_assigned": Text("线索{no}已分办至您的部门", "Clue{no} was assigned to your office"),
        "clue_members_changed": Text("线索{no}的承办人员已变更，由您承办", "Clue{no} is yours to handle now"),
        "clue_returned": Text("线索{no}已被退回", "Clue{no} was returned"),
        "transfer_sent": Text(
            "有线索移交至贵单位，请接收或退回", "A clue was handed over to you; receive it or return it"
        ),
        "transfer_returned": Text("移交的线索被退回", "A clue you handed over was returned"),
        "transfer_reported": Text("移交的线索已反馈结果", "The result of a clue you handed over has come back"),
        "disposition_proposed": Text("线索{no}的处置意见待审批", "A disposition of clue{no} waits for approval"),
        "disposition_approved": Text("线索{no}的处置意见已批准", "The disposition of clue{no} was approved"),
        "disposition_rejected": Text("线索{no}的处置意见未获批准", "The disposition of clue{no} was rejected"),
        "result_recorded": Text("线索{no}已有处置结果", "Clue{no} has a result"),
        "result_received": Text("线索{no}已收到承办单位反馈", "The body that handles clue{no} reported its result"),
        "clue_closed": Text("线索{no}已了结", "Clue{no} was closed"),
        "clue_reopened": Text("线索{no}已重新启动", "Clue{no} was reopened"),
        "clue_extended": Text("线索{no}的办理期限已延长", "The due date of clue{no} was extended"),
        "overlap_detected": Text("发现可能重复的线索，请确认", "A possible overlap was found; please acknowledge"),
        "overlap_resolved": Text("线索重叠已有处理结论", "An overlap was resolved"),
        "consultation_submitted": Text("会商申请待审批", "A consultation waits for approval"),
        "consultation_approved": Text("会商已获批准，请安排", "A consultation was approved; please schedule it"),
        "consultation_rejected": Text("会商申请被退回", "A consultation was given back"),
        "consultation_scheduled": Text("请参加会商", "You are invited to a consultation"),
        "consultation_invited": Text("请加入会商", "You are invited to join a consultation"),
        "consultation_opinions_opened": Text("会商意见已公开", "The opinions of a consultation are open"),
        "consultation_held": Text("会商已召开，请签署纪要", "A consultation was held; please sign the minutes"),
        "consultation_minutes_signed": Text(
            "会商纪要已签署，请形成结论", "The minutes are signed; please draw up the conclusion"
        ),
        "consultation_conclusion_proposed": Text("会商结论待审批", "A conclusion waits for approval"),
        "consultation_conclusion_rejected": Text("会商结论未获批准", "A conclusion was not approved"),
        "consultation_cancelled": Text("会商已取消", "A consultation was cancelled"),
        "consultation_action_assigned": Text("会商落实事项待办", "A task follows from a consultation"),
        "consultation_action_settled": Text("会商落实事项已办结", "A task of a consultation is settled"),
        "consultation_concluded": Text("会商已有结论", "A consultation was concluded"),
        "email_failing": Text("您的邮箱被拒收，请重新设置", "Your e-mail address is refused; please set it again"),
        "webhook_disabled": Text(
            "您的事件推送已停用：接收方持续失败",
            "A webhook of yours was switched off: its receiver kept failing",
        ),
        "outcome_notice_escalated": Text(
            "处置结果通报逾期未确认", "A notice of an outcome was not acknowledged in time"
        ),
        "advice_drafted": Text("纪检监察建议待审批", "Supervisory advice waits for approval"),
        "advice_approved": Text("纪检监察建议已获批准，请送达", "Supervisory advice was approved; please serve it"),
        "advice_rejected": Text("纪检监察建议未获批准", "Supervisory advice was not approved"),
        "advice_returned": Text("对纪检监察建议的回复被退回，须再次回复", "A reply was not enough; another is due"),
        "advice_extended": Text("纪检监察建议的回复期限已延长", "The reply to supervisory advice is due later"),
        "advice_closed": Text("纪检监察建议已办结", "Supervisory advice was closed"),
        "jurisdiction_objection_raised": Text("对方提出管辖异议，请答复", "The receiver objects to its jurisdiction"),
        "jurisdiction_objection_accepted": Text("管辖异议已被接受", "The sender accepts the objection"),
        "jurisdiction_objection_submitted": Text("管辖异议待裁定", "An objection to jurisdiction waits for a decision"),
        "jurisdiction_objection_escalated": Text("管辖异议逾期未裁定", "An objection was not decided in time"),
        "jurisdiction_objection_meeting_recorded": Text(
            "联席会议结果待确认", "What a joint meeting came to waits for confirmation"
        ),
        "jurisdiction_objection_decided": Text("管辖异议已裁定", "An objection to jurisdiction was decided"),
        "jurisdiction_objection_withdrawn": Text("管辖异议已撤回", "An objection to jurisdiction was withdrawn"),
        "clarification_assessed": Text("澄清方案待审批", "A clarification waits for approval"),
        "clarification_approved": Text("澄清已获批准，请实施", "A clarification was approved; please carry it out"),
        "clarification_rejected": Text("澄清未获批准", "A clarification was not approved"),
        "accusation_finding_proposed": Text("诬告认定待审核", "A finding of false accusation waits for review"),
        "accusation_finding_endorsed": Text("诬告认定待审批", "A finding of false accusation waits for a decision"),
        "accusation_finding_made": Text("诬告认定已作出", "A finding about a report was made"),
        "accusation_finding_rejected": Text("诬告认定未予批准", "No finding about the report was made"),
        "clue_deletion_requested": Text("线索销毁申请待审批", "The deletion of a clue waits for a decision"),
        "clue_deletion_approved": Text("线索已销毁", "A clue was deleted; its number stays"),
        "clue_deletion_refused": Text("线索销毁申请未获批准", "The deletion of a clue was refused"),
        "clue_export_requested": Text("线索导出申请待审批", "An export of clues waits for a decision"),
        "clue_export_approved": Text("线索导出已获批准，请限时生成", "An export was approved; make it in time"),
        "clue_export_refused": Text("线索导出申请未获批准", "An export of clues was refused"),
        "interference_recorded": Text("有过问干预登记待核查", "A record of interference waits for a decision"),
        "interference_confirmed": Text("过问干预登记已核实", "Interference that you recorded was confirmed"),
        "interference_dismissed": Text("过问干预登记经查不属实", "Interference that you recorded was not confirmed"),
        "protection_requested": Text("保护申请待审批", "A request for protection waits for a decision"),
        "protection_granted": Text("保护申请已获批准，请落实措施", "Protection was granted; its measures are due"),
        "protection_refused": Text("保护申请未获批准", "A request for protection was refused"),
        "protection_came_into_force": Text("保护措施已落实", "All measures of protection were carried out"),
        "protection_ended": Text("保护已终止", "A protection has ended"),
        "library_request_requested": Text("信息库查阅申请待审批", "A request to read an entry waits for a decision"),
        "library_request_granted": Text("信息库查阅申请已获批准", "You may read an entry of the library for a time"),
        "library_request_refused": Text("信息库查阅申请未获批准", "A request to read an entry was refused"),
        "library_request_revoked": Text("信息库查阅许可已被收回", "Access to an entry of the library was ended"),
        "library_request_expiring": Text("信息库查阅许可即将到期", "Access to an entry of the library ends soon"),
        "supervised_handling_proposed": Text("督办事项待审批", "An order to press a unit waits for approval"),
        "supervised_handling_approved": Text("督办事项已获批准，请下达", "An order was approved; please issue it"),
        "supervised_handling_rejected": Text("督办事项未获批准", "An order was not approved"),
        "supervised_handling_issued": Text("有督办事项，须按期报告", "Your unit is pressed for a result"),
        "supervised_handling_pressed": Text("督办事项被催办", "Your unit is reminded of a supervised matter"),
        "supervised_handling_extended": Text("督办事项期限已延长", "The report on a supervised matter is due later"),
        "supervised_handling_reported": Text("督办事项已报结果，待审核", "A report waits for its review"),
        "supervised_handling_returned": Text("督办报告被退回，须再次报告", "A report was given back; another is due"),
        "supervised_handling_escalated": Text("督办事项已升级", "A supervised matter was escalated"),
        "supervised_handling_closed": Text("督办事项已办结", "A supervised matter was closed"),
        "advice_served": Text("纪检监察建议已送达", "Supervisory advice was served"),
        "advice_replied": Text("纪检监察建议已有回复", "Supervisory advice was answered"),
        "secondment_requested": Text("抽调申请待贵单位审批", "A secondment waits for your unit's consent"),
        "secondment_approved": Text("抽调申请已全部同意", "All home units consented to a secondment"),
        "secondment_refused": Text("抽调申请被拒绝，须补员", "A home unit refused a secondment; a seat is open"),
        "secondment_activated": Text("抽调已开始", "A secondment began"),
        "secondment_recalled": Text("抽调人员被召回", "A secondment was recalled"),
        "secondment_extended": Text("抽调期限已延长", "A secondment was extended"),
        "secondment_ended": Text("抽调已结束，待评价", "A secondment ended; evaluations are due"),
        "round_planned": Text("巡察轮次已编制，待批准", "An inspection round was planned and waits for approval"),
        "round_authorised": Text("巡察轮次已获授权", "An inspection round was authorised"),
        "round_entered": Text("巡察轮次已进驻", "The first team of an inspection round entered"),
        "round_reported": Text("巡察轮次已报告，待决定", "An inspection round has reported; a decision is due"),
        "round_decided": Text("巡察轮次已有决定，待反馈", "An inspection round was decided on; feedback is due"),
        "round_fed_back": Text("巡察轮次已反馈，进入整改", "The results of an inspection round were fed back"),
        "round_closed": Text("巡察轮次已结束", "An inspection round is over"),
        "team_submitted": Text("巡察组待授权", "An inspection team waits for its authorisation"),
        "team_authorised": Text("巡察组已获授权", "An inspection team was authorised"),
        "team_refused": Text("巡察组未获授权", "An inspection team was not authorised"),
        "team_entered": Text("巡察组已进驻", "An inspection team entered"),
        "team_closed": Text("巡察组已撤离", "An inspection team was dissolved"),
        "team_member_recused": Text("巡察组有成员须回避，请安排替换", "A member of a team is recused; please replace"),
        "team_member_replaced": Text("巡察组成员已替换", "A member of an inspection team was replaced"),
        "replacement_plan_drawn_up": Text(
            "替换方案已拟出，待确定", "A replacement is proposed and waits for a decision"
        ),
        "briefing_requested": Text("请提供进驻前情况通报", "Your office is asked for a briefing before entry"),
        "briefing_received": Text("进驻前情况通报已收到", "A briefing before entry has come in"),
        "briefing_withdrawn": Text("进驻前情况通报已无需提供", "A briefing before entry is not needed any more"),
        "briefing_issued": Text("有一份通报，请阅读并确认", "A briefing is for you to read and acknowledge"),
        "briefing_corrected": Text("通报已更正，请重新确认", "A briefing was corrected; please acknowledge it anew"),
        "briefing_recalled": Text("通报已撤回", "A briefing was withdrawn"),
        "briefing_escalated": Text("贵部门有人员逾期未确认通报", "A briefing was not acknowledged in your unit"),
        "dossier_frozen": Text("进驻资料已汇编完成", "An entry dossier is compiled"),
        "finding_recorded": Text("巡察组记录了重大问题", "A team recorded a grave finding"),
        "finding_handed_over": Text("巡察发现已移交，线索{no}", "A finding was handed over as clue{no}"),
        "feedback_issued": Text("巡察反馈已送达", "Feedback of an inspection was issued"),
        "feedback_acknowledged": Text("巡察反馈已签收", "Feedback of an inspection was acknowledged"),
        "rectification_assigned": Text("有整改事项待办", "A rectification item is due"),
        "rectification_submitted": Text("整改事项已报完成，待核查", "A rectification item waits for its check"),
        "rectification_returned": Text("整改事项被退回", "A rectification item was returned"),
        "rectification_verified": Text("整改事项已核查，待销号", "A rectification item was verified; sign-off is due"),
        "rectification_signed_off": Text("整改事项已销号", "A rectification item was signed off"),
        "rectification_extended": Text("整改期限已延长", "The due date of a rectification item was extended"),
        "rectification_postponed": Text("整改事项转为长期整改", "A rectification item takes long; it has a new date"),
        "rectification_falsely_reported": Text("整改事项被查实虚报", "A rectification item was falsely reported"),
        "rectification_reopened": Text("整改事项重新启动", "A rectification item was reopened"),
        "joint_case_team_proposed": Text("联合办案组待批准", "A joint case team waits for approval"),
        "joint_case_team_approved": Text("联合办案组已批准", "A joint case team was approved"),
        "joint_case_team_activated": Text("联合办案组已启动", "A joint case team began its work"),
        "joint_case_team_seats_given_back": Text(
            "联合办案组部分席位逾期未获答复，已退回", "Seats of a joint case team were given back: no answer in time"
        ),
        "joint_case_team_member_lost": Text(
            "联合办案组有成员须更换，请安排", "A member of a joint case team must be replaced"
        ),
        "joint_case_team_wound_up": Text(
            "联合办案组已撤销，待评价", "A joint case team is over; its evaluation is due"
        ),
        "joint_case_team_evaluated": Text("联合办案组已评价", "A joint case team was evaluated"),
        "joint_case_team_given_up": Text("联合办案组未能成立", "A joint case team was given up"),
        "supervision_matter_decided": Text(
            "监督事项已确定，由贵部门承办", "A supervision matter was given to your office"
        ),
        "supervision_matter_reported": Text("监督事项有新的进展报告", "A supervision matter was reported on"),
        "supervision_matter_evaluated": Text("监督事项已评估", "A supervision matter was evaluated"),
        "supervision_matter_closed": Text("监督事项已办结", "A supervision matter was closed"),
        "supervision_matter_reopened": Text("监督事项重新启动", "A supervision matter was reopened"),
        "supervision_matter_referred": Text(
            "监督事项的困难已提请支持", "A difficulty of a supervision matter was referred"
        ),
        "coordination_report_opened": Text(
            "半年统筹衔接报告已生成，请报送本单位情况", "A half-year coordination report is open for contributions"
        ),
        "coordination_report_contributed": Text(
            "统筹衔接报告收到一份单位情况", "A unit contributed to a coordination report"
        ),
        "coordination_report_collected": Text(
            "统筹衔接报告的单位情况已收齐，待审定", "The contributions to a coordination report are in; review is due"
        ),
        "coordination_report_reviewed": Text(
            "统筹衔接报告已审定，待听取", "A coordination report is ready to be heard"
        ),
        "coordination_report_heard": Text("统筹衔接报告已听取", "A coordination report was heard"),
        "coordination_report_decided": Text(
            "听取统筹衔接报告后有决定事项下达", "Decisions were issued on a coordination report"
        ),
        "coordination_report_tracked": Text(
            "统筹衔接报告的决定事项已逐项落实", "The outcome of every decision on a coordination report is recorded"
        ),
        "bulletin_made": Text("统计通报{no}可以查阅", "The bulletin{no} can be read"),
        "deadline_blue": Text("事项{no}长时间未有进展", "There was no progress for long{no}"),
        "deadline_yellow": Text("事项{no}即将到期", "A due date is near{no}"),
        "deadline_escalated": Text("事项{no}多日无人确认，请督促办理", "Nobody took note of what is due for days{no}"),
        "deadline_red": Text("事项{no}已超期", "A due date has passed{no}"),
    }
)


def title_of(kind: str, number: str | None, language: str) -> str:
    """The sentence of a notice."""
    after = "" if language == "en" else " "
    return TITLES[kind].in_language(language).replace("{no}", f" {number}{after}" if number else "").strip()
