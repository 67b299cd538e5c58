import os
import time
from unittest import mock

import pytest

import shop.mail
from shop import Order
from shop.mail import Client, confirm


def test_patch_by_name(order):
    with mock.patch("shop.mail.send") as send:
        text = confirm(order, "ada@example.org")
    send.assert_called_once_with("ada@example.org", text)
    with pytest.raises(OSError, match="no mail"):
        confirm(order, "x")


@mock.patch("shop.mail.send")
@mock.patch("shop.mail.time.time", return_value=12.5)
def test_patch_as_decorator(clock, send, order):
    assert '"at": 12.5' in confirm(order, "x")
    assert clock.called and send.call_count == 1


@mock.patch.object(Client, "fetch", autospec=True)
def test_patch_object(fetch):
    fetch.return_value = "found"
    client = Client()
    assert client.fetch("key", retry=3) == "found"
    fetch.assert_called_once_with(client, "key", retry=3)
    with pytest.raises(TypeError):
        client.fetch()


def test_patch_dict():
    with mock.patch.dict("os.environ", {"SHOP_HOME": "/other", "EXTRA": "1"}):
        assert shop.mail.home() == "/other" and os.environ["EXTRA"] == "1"
    assert shop.mail.home() == "/srv/shop" and "EXTRA" not in os.environ


def test_patch_multiple():
    with mock.patch.multiple("shop.mail", send=mock.DEFAULT, home=lambda: "patched") as made:
        assert shop.mail.home() == "patched"
        Client().fetch("a")
    made["send"].assert_called_once_with("a", 1)


def test_create_autospec():
    client = mock.create_autospec(Client, instance=True, spec_set=True)
    client.fetch.side_effect = [1, ValueError("second")]
    assert client.fetch("a") == 1
    with pytest.raises(ValueError, match="second"):
        client.fetch("b")
    with pytest.raises(AttributeError):
        client.other


def test_monkeypatch_attribute(monkeypatch, order):
    sent = []
    monkeypatch.setattr("shop.mail.send", lambda *args: sent.append(args))
    confirm(order, "x")
    assert len(sent) == 1


def test_monkeypatch_is_undone(monkeypatch):
    with monkeypatch.context() as inner:
        inner.setattr(time, "time", lambda: 0)
        assert time.time() == 0
    assert time.time() > 0
    with pytest.raises(OSError):
        shop.mail.send("a", "b")


def test_monkeypatch_missing(monkeypatch):
    with pytest.raises(AttributeError):
        monkeypatch.setattr("shop.mail.absent", 1)
    monkeypatch.setattr(shop.mail, "absent", 1, raising=False)
    assert shop.mail.absent == 1


def test_monkeypatch_items(monkeypatch):
    settings = {"a": 1, "b": 2}
    monkeypatch.setitem(settings, "a", 9)
    monkeypatch.delitem(settings, "b")
    assert settings == {"a": 9}
    monkeypatch.undo()
    assert settings == {"a": 1, "b": 2}


@pytest.mark.parametrize("name", ["HOME_OF_NOBODY", "SHOP_HOME"])
def test_monkeypatch_environment(monkeypatch, name):
    monkeypatch.delenv(name, raising=False)
    assert name not in os.environ
    monkeypatch.setenv(name, "set")
    assert os.environ[name] == "set"


def test_monkeypatch_path(monkeypatch, tmp_path):
    (tmp_path / "found_beside.py").write_text("word = 'beside'")
    monkeypatch.syspath_prepend(tmp_path)
    import found_beside

    assert found_beside.word == "beside"
    monkeypatch.chdir(tmp_path)
    assert os.path.samefile(os.getcwd(), tmp_path)


def test_module_stand_in(monkeypatch):
    import sys
    import types

    monkeypatch.setitem(sys.modules, "shop.absent", types.SimpleNamespace(word="stand-in"))
    from shop.absent import word

    assert word == "stand-in"


def test_missing_module(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "json", None)
    with pytest.raises(ImportError):
        import json  # noqa: F401


def test_importorskip():
    pytest.importorskip("absent_for_sure")


def test_importorskip_there():
    assert pytest.importorskip("shop").Order is Order


def test_any_call(mocker_like):
    mocker_like.work(1, key=[2])
    mocker_like.work.assert_called_with(mock.ANY, key=mock.ANY)
    assert mocker_like.mock_calls == [mock.call.work(1, key=[2])]


@pytest.fixture
def mocker_like():
    return mock.MagicMock(name="like")


async def _answer():
    return 42


def test_async_mock():
    import asyncio

    work = mock.AsyncMock(return_value=3)

    async def both():
        return await work(), await _answer()

    assert asyncio.run(both()) == (3, 42)
    work.assert_awaited_once()
