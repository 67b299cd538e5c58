import logging
import sys
import warnings
from pathlib import Path

import pytest


def test_tmp_path(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "a.txt").write_text("text", encoding="utf-8")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.txt", "deep", "er"]


def test_tmp_path_factory(tmp_path_factory):
    one, two = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("data")
    assert one != two and one.is_dir()


def test_tmpdir(tmpdir):
    tmpdir.join("a.txt").write("text")
    assert Path(tmpdir, "a.txt").read_text() == "text"


def test_capsys(capsys):
    print("out")
    print("err", file=sys.stderr)
    assert capsys.readouterr() == ("out\n", "err\n")
    with capsys.disabled():
        pass


def test_capfd(capfd):
    import os

    os.write(1, b"raw")
    assert capfd.readouterr().out == "raw"


def test_caplog(caplog):
    with caplog.at_level(logging.DEBUG, logger="shop"):
        logging.getLogger("shop").debug("a %s", "word")
    assert caplog.record_tuples == [("shop", logging.DEBUG, "a word")]
    assert "word" in caplog.text


def test_warns():
    with pytest.warns(UserWarning, match="careful"):
        warnings.warn("be careful", UserWarning, stacklevel=1)


def test_deprecated_call():
    with pytest.deprecated_call():
        warnings.warn("old", DeprecationWarning, stacklevel=1)


def test_recwarn(recwarn):
    warnings.warn("one", stacklevel=1)
    assert [str(warning.message) for warning in recwarn] == ["one"]


@pytest.mark.filterwarnings("error")
def test_warnings_as_errors():
    with pytest.raises(UserWarning):
        warnings.warn("now an error", stacklevel=1)


def test_sizes(size):
    assert size in ("small", "large")


def test_request(request, size):
    assert request.node.name == f"test_request[{size}]"
    assert request.config.getoption("--shout") is False
    request.addfinalizer(lambda: None)


def test_home():
    from shop.mail import home

    assert home() == "/srv/shop"


def test_plugin_counted(counted):
    assert counted[-1] == "tests/test_files.py::test_plugin_counted"


def test_fail_and_exit():
    with pytest.raises(pytest.fail.Exception, match="because"):
        pytest.fail("because")


def test_skip_inside():
    pytest.skip("inside")


def test_xfail_inside():
    pytest.xfail("inside")


def test_exception_group():
    with pytest.raises(ExceptionGroup) as caught:
        raise ExceptionGroup("both", [ValueError(1), TypeError(2)])
    assert caught.group_contains(ValueError) and caught.group_contains(TypeError)


def test_doctest_namespace(doctest_namespace):
    assert doctest_namespace is not None
