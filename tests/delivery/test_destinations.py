"""What may be connected to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.delivery.destinations import Destinations, NotAllowed
from tests.delivery.zendingen import resolver_to

PUBLIC = "93.184.215.14"

REFUSED_URLS = [
    "http://ontvanger.example/",
    "ftp://ontvanger.example/",
    "file:///etc/passwd",
    "gopher://ontvanger.example/",
    "//ontvanger.example/",
    "ontvanger.example",
    "",
    "https://",
    "https:///pad",
    "https://ontvanger.example:22/",
    "https://ontvanger.example:80/",
    "https://ontvanger.example:99999/",
    "https://naam:geheim@ontvanger.example/",
    "https://ontvanger.example@127.0.0.1/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://0177.0.0.1/",
    "https://2130706433/",
    "https://①②⑦.0.0.1/",
    "https://0.0.0.0/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a00:1]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[fe80::1%25eth0]/",
    "https://[fd00::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://ontvanger.example/\r\nX: 1",
    "https://ontvanger.example\\@127.0.0.1/",
]
REFUSED_NETWORKS = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "::/128", "::1/128", "::ffff:10.0.0.0/104"),
    *("::ffff:169.254.0.0/112", "fe80::/10", "fc00::/7", "ff00::/8", "64:ff9b::7f00:0/104", "64:ff9b::a00:0/104"),
    *("64:ff9b:1::/48", "2002:a00::/24", "2001:db8::/32"),
]


def allows(destinations: Destinations, url: str) -> bool:
    try:
        destinations.addresses(destinations.target(url))
    except NotAllowed:
        return False
    return True


class TestUrl:
    @pytest.mark.parametrize("url", REFUSED_URLS)
    def test_may_not_be_used(self, url: str):
        with pytest.raises(NotAllowed) as refused:
            Destinations().target(url)
        assert refused.value.permanent

    def test_a_number_that_reads_as_a_name_is_judged_by_where_it_points(self):
        assert not allows(Destinations(), "https://0x7f000001/")

    @pytest.mark.parametrize(
        "url", ["https://ontvanger.example/", "https://ontvanger.example:8443/a?b=c", f"https://{PUBLIC}/"]
    )
    def test_may_be_used(self, url: str):
        assert allows(Destinations(resolver=resolver_to(PUBLIC)), url)

    def test_another_port_may_be_named(self):
        destinations = Destinations(ports=[443, 9443], resolver=resolver_to(PUBLIC))
        assert allows(destinations, "https://ontvanger.example:9443/")
        assert not allows(destinations, "https://ontvanger.example:8443/")

    def test_a_refusal_says_nothing_of_the_url(self):
        with pytest.raises(NotAllowed) as refused:
            Destinations().target("https://naam:geheim@ontvanger.example/?sleutel=ook")
        assert "geheim" not in repr(refused.value)
        assert refused.value.__suppress_context__


class TestAddress:
    @pytest.mark.parametrize("network", REFUSED_NETWORKS)
    @settings(max_examples=20)
    @given(data=st.data())
    def test_a_name_may_not_point_inside(self, network: str, data: st.DataObject):
        address = str(data.draw(st.ip_addresses(network=network)))
        assert not allows(Destinations(resolver=resolver_to(address)), "https://ontvanger.example/")
        assert not allows(Destinations(resolver=resolver_to(PUBLIC, address)), "https://ontvanger.example/")

    @given(st.one_of(st.ip_addresses(network="145.0.0.0/8"), st.ip_addresses(network="2a00::/12")))
    def test_ordinary_addresses_are_allowed(self, address: IPv4Address | IPv6Address):
        assert allows(Destinations(resolver=resolver_to(str(address))), "https://ontvanger.example/")

    def test_all_its_addresses_come_back_in_order(self):
        destinations = Destinations(resolver=resolver_to("2a00::1", PUBLIC))
        found = destinations.addresses(destinations.target("https://ontvanger.example/"))
        assert [address.ip for address in found] == [ip_address("2a00::1"), ip_address(PUBLIC)]


class TestInside:
    def test_a_network_may_be_named(self):
        destinations = Destinations(networks=["10.1.0.0/16"], resolver=resolver_to("10.1.2.3"))
        assert allows(destinations, "https://adapter/")
        assert allows(destinations, "https://10.1.0.5/")
        assert not allows(destinations, "https://10.2.0.5/")
        assert not allows(Destinations(networks=["10.2.0.0/16"], resolver=resolver_to("10.1.2.3")), "https://adapter/")

    def test_a_host_may_be_named_wherever_it_is_in_the_house(self):
        destinations = Destinations(hosts=["Adapter.intern"], resolver=resolver_to("192.168.3.4"))
        assert allows(destinations, "https://adapter.INTERN/")
        assert not allows(destinations, "https://ander.intern/")

    @pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1", "::", "224.0.0.1"])
    def test_a_named_host_does_not_reach_the_metadata(self, address: str):
        assert not allows(Destinations(hosts=["adapter"], resolver=resolver_to(address)), "https://adapter/")

    @pytest.mark.parametrize(
        "wrong", [{"networks": ["10.0.0.1/8"]}, {"networks": ["huis"]}, {"ports": [0]}, {"ports": []}]
    )
    def test_a_setting_that_means_nothing_is_refused_at_once(self, wrong: dict[str, Any]):
        with pytest.raises(ValueError):  # noqa: PT011 - the texts are not ours
            Destinations(**wrong)


class TestPlainHttp:
    def test_only_inside_and_only_when_asked(self):
        inside = {"networks": ["10.0.0.0/8"], "ports": [80]}
        assert not allows(Destinations(**inside, resolver=resolver_to("10.1.2.3")), "http://adapter/")
        asked = Destinations(**inside, plain_http=True, resolver=resolver_to("10.1.2.3"))
        assert allows(asked, "http://adapter/")

    @pytest.mark.parametrize("addresses", [[PUBLIC], ["10.1.2.3", PUBLIC]])
    def test_never_to_the_outside(self, addresses: list[str]):
        destinations = Destinations(
            networks=["10.0.0.0/8"], ports=[80], plain_http=True, resolver=resolver_to(*addresses)
        )
        with pytest.raises(NotAllowed, match="Zonder TLS"):
            destinations.addresses(destinations.target("http://ontvanger.example/"))
