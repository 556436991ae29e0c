"""Refusals about clues."""

from chassis.errors import Category, HeliError, Text


class MoveNotYours(HeliError):
    """Role or unit does not stand to the clue as the move asks; members say who may."""

    code = "move_not_yours"
    category = Category.FORBIDDEN
    title = Text("您的角色或单位不能对该线索执行此操作", "Your role or unit may not take this move on the clue")


class OwnProposal(HeliError):
    """Whoever proposed a disposition does not decide it."""

    code = "own_proposal"
    category = Category.FORBIDDEN
    title = Text("不得审批本人提出的处置意见", "You may not decide your own proposal")


class ApproverRankRequired(HeliError):
    """The subject's rank asks for another leader; member ``roles`` says which."""

    code = "approver_rank_required"
    category = Category.FORBIDDEN
    title = Text("依审批权限，须由更高职级的负责人审批", "The rank table asks for another leader's decision")


class ApproverNotVerified(HeliError):
    """The directory of the platform does not know whoever is named as approver."""

    code = "approver_not_verified"
    category = Category.INVALID
    title = Text("无法核实批准人：用户目录中没有此人", "The approver cannot be verified: the directory knows nobody so")


class ApprovalMissing(HeliError):
    """The step takes an approval and names none; member ``approver`` says whose."""

    code = "approval_missing"
    category = Category.INVALID
    title = Text("此事项须经批准，请注明批准人或批准文号", "This takes an approval: name the approver or the paper")


class TeamTooSmall(HeliError):
    """A preliminary verification takes a team; member ``least`` says how many. ``change-members`` names more."""

    code = "team_too_small"
    category = Category.CONFLICT
    title = Text("初步核实须由两人以上进行", "A preliminary verification takes at least two members")


class ApproverRecused(HeliError):
    """Whoever is named as approver is recused from the clue."""

    code = "approver_recused"
    category = Category.INVALID
    title = Text("批准人应当回避", "The approver is recused")


class OwnApproval(HeliError):
    """Whoever asks for a step does not approve it, unless a leader takes the step as a leader."""

    code = "own_approval"
    category = Category.INVALID
    title = Text("不得由本人批准本人申请的事项", "You may not approve what you ask for yourself")


class ReceivingUnitNotYours(HeliError):
    """A clue is taken in for a unit of one's own commission only."""

    code = "receiving_unit_not_yours"
    category = Category.FORBIDDEN
    title = Text("只能为本纪委监委所属单位登记线索", "You may register clues for units of your own commission only")


class OriginRefTaken(HeliError):
    """The commission has a clue of this source and reference that the caller may not see."""

    code = "origin_ref_taken"
    category = Category.CONFLICT
    title = Text("该来源编号已登记", "A clue with this origin reference is registered already")


class SubjectOfClue(HeliError):
    """The caller bears the name or the code of somebody whom the clue reports on; somebody else has to do it."""

    code = "subject_of_clue"
    category = Category.FORBIDDEN
    title = Text("您与被反映人同名或系其本人，须由他人办理", "The clue reports on you or a namesake of yours")


class SecondPersonRequired(HeliError):
    """Whoever asked for the sealing does not carry it out."""

    code = "second_person_required"
    category = Category.FORBIDDEN
    title = Text("须由另一人确认", "A second person has to do this")
