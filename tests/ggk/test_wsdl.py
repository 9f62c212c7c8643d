"""Our description of the service says what the official one says, and is served with its schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree

from app.ggk.names import SOAP_ACTIONS
from app.ggk.schemas import EnvelopSchemas
from app.ggk.wsdl import DOCUMENTS, MAIN, describe
from tests.ggk.official import OFFICIAL, OURS, needs_official

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP = "{http://schemas.xmlsoap.org/wsdl/soap/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
OFFICIAL_WSDL = OFFICIAL / "ggk0210" / "ggkberichten" / "ggk0210_OntvangAsynchroon_ggkberichten.wsdl"
ADDRESS = "https://berichten.example/ggk"


def _definitions(path: Path) -> Iterator[etree._Element]:
    """A WSDL and those that it imports."""
    root = etree.parse(str(path)).getroot()
    yield root
    for imported in root.iter(f"{WSDL}import"):
        yield from _definitions(path.parent / imported.get("location", ""))


def _qualified(element: etree._Element, attribute: str) -> str:
    prefix, _, name = element.get(attribute, "").rpartition(":")
    return f"{{{element.nsmap[prefix or None]}}}{name}"


def _facts(path: Path) -> set[tuple[str, ...]]:
    """Services, ports, bindings, operations, actions and the messages in use, each in its namespace."""
    definitions = list(_definitions(path))
    parts = {
        f"{{{root.get('targetNamespace')}}}{message.get('name')}": (part.get("name", ""), _qualified(part, "element"))
        for root in definitions
        for message in root.iter(f"{WSDL}message")
        for part in message
    }
    found: set[tuple[str, ...]] = set()
    for root in definitions:
        found |= {
            ("port type", root.get("targetNamespace", ""), port_type.get("name", ""), operation.get("name", ""),
             str(side.tag), side.get("name", ""), _qualified(side, "message"), *parts[_qualified(side, "message")])
            for port_type in root.iter(f"{WSDL}portType") for operation in port_type for side in operation
        }  # fmt: skip
        for binding in root.iter(f"{WSDL}binding"):
            style = binding.find(f"{SOAP}binding")
            assert style is not None
            found.add(("binding", binding.get("name", ""), _qualified(binding, "type"), *sorted(style.attrib.values())))
            for operation in binding.iter(f"{WSDL}operation"):
                action = operation.find(f"{SOAP}operation")
                assert action is not None
                name = operation.get("name", "")
                found.add(("action", name, action.get("soapAction", "")))
                found |= {
                    ("use", name, str(one.getparent().tag), str(one.tag), one.get("use", ""), one.get("name", ""))  # pyright: ignore
                    for one in operation.iter(f"{SOAP}body", f"{SOAP}fault")
                }
        found |= {
            ("port", root.get("name", ""), service.get("name", ""), port.get("name", ""), _qualified(port, "binding"))
            for service in root.iter(f"{WSDL}service") for port in service.iter(f"{WSDL}port")
        }  # fmt: skip
    return found


@needs_official
def test_it_says_what_the_official_one_says():
    ours = _facts(OURS / MAIN)
    assert ours == _facts(OFFICIAL_WSDL)
    assert len(ours) == 9 + 1 + 3 + 9 + 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('soapAction="http://www.egem.nl/StUF/StUF0301/Fo01"', 'soapAction=""'),
        ('<wsdl:output message="StUF:Bv03"/>', '<wsdl:output message="StUF:Fo01"/>'),
        ('element="GGK:envelopRetourbericht-ggk_Du01"', 'element="GGK:envelopHeenbericht-ggk_Di01"'),
        ('<soap:fault name="fout" use="literal"/>', '<soap:fault name="fout" use="encoded"/>'),
        ('style="document"', 'style="rpc"'),
        ('port name="OntvangAsynchroon"', 'port name="Ontvang"'),
    ],
)
def test_one_change_is_seen(before: str, after: str, tmp_path: Path):
    for name in DOCUMENTS:
        text = (OURS / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    assert _facts(tmp_path / MAIN) != _facts(OURS / MAIN)


def test_the_actions_are_those_of_the_requests():
    actions = {fact[2] for fact in _facts(OURS / MAIN) if fact[0] == "action"}
    assert actions == set(SOAP_ACTIONS.values())


def test_it_is_served_with_its_own_address_and_every_document_that_it_needs(tmp_path: Path):
    waiting, seen = [MAIN], set[str]()
    while waiting:
        name = waiting.pop()
        seen.add(name)
        served = describe(OURS, name, ADDRESS)
        assert served is not None
        root = etree.fromstring(served)
        assert [one.get("location") for one in root.iter(f"{SOAP}address")] == [ADDRESS] * (name == MAIN)
        for element in root.iter(f"{WSDL}import", f"{XSD}import"):
            url = urlsplit(element.get("location") or element.get("schemaLocation") or "")
            assert f"{url.scheme}://{url.netloc}{url.path}" == ADDRESS
            ((kind, (wanted,)),) = parse_qs(url.query).items()
            assert wanted.endswith(f".{kind}")
            waiting += [] if wanted in seen else [wanted]
        if name.endswith(".xsd"):
            (tmp_path / name).write_bytes(served)
    assert seen == set(DOCUMENTS)
    assert EnvelopSchemas.load(tmp_path)


@pytest.mark.parametrize("name", ["", "../iwmo/2.3/WMO303.xsd", "README.md", "/etc/passwd", "GGK0210.wsdl"])
def test_nothing_else_is_served(name: str):
    assert describe(OURS, name, ADDRESS) is None
