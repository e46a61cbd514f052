"""Agents, machines, tags and other sources, for the pages of connections."""

from typing import Any

from django.utils import timezone

from deungdae import bus
from deungdae.web.companies.models import Site
from deungdae.web.core import line
from deungdae.web.core.scope import Scope
from deungdae.web.plant.actions.agents import RegisterAgent
from deungdae.web.plant.actions.configurations import AddMachine, ChooseTags
from deungdae.web.plant.actions.sources import MakeSource, RegisterGroup
from deungdae.web.plant.actions.tag_rows import Said
from deungdae.web.plant.copies import microseconds
from deungdae.web.plant.models import Agent, Tag

MELT = "라인1/프레스3/사출성형공정_실린더3번존_히터온도_현재값_10초평균_보정후"
NODE = "nsu=urn:example:press;s=Press3.Cylinder.Zone3.Temperature"


def connections(everything: Scope, organisation: Any) -> dict[str, str]:
    """Furnish an organisation; return pages by their kinds."""
    told = {"scope": everything, "organisation": organisation}
    where = {**told, "site": Site.objects.within(everything).get(organisation=organisation)}
    agent, _ = RegisterAgent(**where, name="1라인 현장 PC", now=timezone.now()).perform()
    waiting, _ = RegisterAgent(**where, name="창고 PC", now=timezone.now()).perform()
    press = {"kind": "opcua", "name": "프레스 3호기", "url": "opc.tcp://127.0.0.1:4840",
             "security": "none", "_below": "라인1/프레스3"}  # fmt: skip
    AddMachine(**told, agent=agent, driver=press).perform()
    chosen = {**press, "node": [{"tag": MELT, "id": NODE}]}
    ChooseTags(
        **told, agent=agent, machine="프레스 3호기", driver=chosen, said=[Said(MELT, "°C", 5.0)]
    ).perform()
    meter = {"kind": "modbus", "name": "계량기", "host": "127.0.0.1"}
    AddMachine(**told, agent=agent, driver=meter).perform()
    source, _ = MakeSource(**where, name="2라인 Telegraf", bucket="plant", prefix="라인2").perform()
    group, _ = RegisterGroup(**where, name="사출 3라인", group="hanbit-line3").perform()
    _join(everything, agent)
    tag = Tag.objects.within(everything).get(path=MELT, organisation=organisation)
    page = agent.get_absolute_url()
    return {
        "agent": page,
        "waiting_agent": waiting.get_absolute_url(),
        "versions": f"{page}versions/",
        "new_machine": f"{page}add/files/",
        "machine": f"{page}machines/프레스 3호기/",
        "values": f"{page}machines/계량기/values/",
        "browse": f"{page}machines/프레스 3호기/browse/",
        "line_source": source.get_absolute_url(),
        "group": group.get_absolute_url(),
        "tag": tag.get_absolute_url(),
    }


def _join(everything: Scope, agent: Agent) -> None:
    """A PC that joined a while ago, and does not like what it is to do."""
    now = timezone.now()
    Agent.objects.within(everything).filter(pk=agent.pk).update(joined_at=now, host="LINE1-PC")
    problem = {"template": "There is no file {file}.", "values": {"file": "secrets/press3"}}
    document = {
        "host": "LINE1-PC", "version": "1.0", "applied": 2, "waiting": 1200,
        "refused": {"number": 3, "problems": [{"where": "[[driver]] 계량기", "what": problem}]},
        "drivers": [{"name": "프레스 3호기", "taken": 10, "last_us": microseconds(now),
                     "problem": problem}],
    }  # fmt: skip
    organisation = str(agent.organisation.public_id)
    status = bus.Status(organisation, agent.edge, microseconds(now), document=document)
    line.put(bus.STATUS, status, organisation, agent.edge)
