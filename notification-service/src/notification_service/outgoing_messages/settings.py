"""Settings of messages that leave the inbox."""

from ipaddress import ip_network
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from notification_service.webhooks.targets import Network


class MessageSettings(BaseSettings):
    """Environment variables with the prefix ``HELI_``; descriptions feed the configuration reference."""

    model_config = SettingsConfigDict(env_prefix="HELI_", extra="ignore")

    smtp_host: str = Field("", description="mail server; empty: e-mail is not offered")
    smtp_port: int = Field(587, ge=1, le=65535, description="port of the mail server")
    smtp_tls: Literal["starttls", "implicit", "none"] = Field("starttls", description="how to speak to the mail server")
    smtp_user: str = Field("", description="user at the mail server; empty: none")
    smtp_password: SecretStr = Field(SecretStr(""), description="password at the mail server")
    smtp_from: str = Field("heli@localhost", description="sender of all e-mail")
    smtp_timeout_s: float = Field(20.0, gt=0, le=120, description="longest wait for the mail server, seconds")
    chat_schemes: list[str] = Field(
        [], description='JSON list of Apprise schemes that are offered, such as `["wecombot", "dingtalk"]`'
    )
    chat_networks: list[str] = Field(
        [],
        description="JSON list of networks beyond the public internet that chats may be in, such as"
        ' `["10.20.0.0/16"]`; a proxy in between has to be in one too',
    )
    message_link_base: str = Field("", description="start of links in messages; the gateway's address if empty")

    @property
    def offers_email(self) -> bool:
        """Whether a mail server is set up."""
        return bool(self.smtp_host)

    @property
    def chat_reach(self) -> list[Network]:
        """The networks, parsed."""
        return [ip_network(one) for one in self.chat_networks]

    @property
    def channels(self) -> list[str]:
        """What is offered beside the inbox."""
        return [*(["email"] if self.offers_email else []), *(["chat"] if self.chat_schemes else [])]
