"""The peers on Node are pinned, come from wherever the machine gets packages, and run."""

import json

from tests.peers.node import PACKAGES, Node
from tests.peers.smsc.peer import running_smsc


def test_every_package_is_pinned_by_its_digest_and_no_registry_is_named() -> None:
    lock = json.loads((PACKAGES / "package-lock.json").read_text())
    packages = [each for name, each in lock["packages"].items() if name]
    assert all(each["integrity"].startswith("sha512-") for each in packages)
    assert not any("resolved" in each for each in packages)


async def test_the_smsc_listens_and_ends_with_the_block(node: Node) -> None:
    async with running_smsc(node, {}) as peer:
        assert peer.port > 0
        peer.tell("count")
        (counts,) = await peer.saw("count")
    assert counts["submitted"] == 0
