"""Everything this service seals. A new sealed column belongs here; a test compares with the tables."""

from chassis.sealed_columns import SealedColumn

from notification_service.briefings.models import Briefing, BriefingEdition
from notification_service.preferences.models import Preference
from notification_service.webhooks.models import Webhook

_EDITION = (BriefingEdition.briefing_id, BriefingEdition.number)
_PERSON = (Preference.sub,)

SEALED = (
    SealedColumn("briefing", BriefingEdition.sealed, _EDITION, _EDITION),
    SealedColumn("briefing_recall", Briefing.recall_sealed, (Briefing.id,), (Briefing.id,)),
    SealedColumn("preference:email", Preference.email, _PERSON, _PERSON),
    SealedColumn("preference:code", Preference.code, _PERSON, _PERSON),
    SealedColumn("preference:chat", Preference.chat, _PERSON, _PERSON),
    SealedColumn("webhook", Webhook.secret, (Webhook.id,), (Webhook.id,)),
    SealedColumn("webhook", Webhook.old_secret, (Webhook.id,), (Webhook.id,)),
)
