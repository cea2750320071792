import pytest

from archive.machine.toml import SettingsError
from archive.settings import Settings, load_settings


def write(path, text):
    (path / "settings.toml").write_text(text, "utf-8")
    return path


def test_an_archive_without_a_settings_file_has_the_defaults(tmp_path):
    assert load_settings(tmp_path) == Settings()


def test_the_command_line_wins_over_the_file(tmp_path):
    settings = load_settings(write(tmp_path, 'delay = 3\ncontact = "zw@example.cn"'), delay=0.0, timeout=None)
    assert (settings.delay, settings.contact, settings.timeout) == (0.0, "zw@example.cn", Settings().timeout)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("dely = 3", "dely"),
        ('delay = "fast"', "delay"),
        ("delay = -1", "delay"),
        ("delay = true", "delay"),
        ("delay = nan", "delay"),
        ("gone_after = inf", "gone_after"),
        ("timeout = 0", "timeout"),
        ("max_bytes = 0.5", "max_bytes"),
        ("shrunk_below = 1.5", "shrunk_below"),
        ('timezone = "Asia/Nowhere"', "timezone"),
        ('old_tls = "host"', "old_tls"),
        ("delay = ", "settings.toml"),
    ],
)
def test_a_mistake_in_the_settings_names_file_and_key(tmp_path, text, named):
    with pytest.raises(SettingsError) as error:
        load_settings(write(tmp_path, text))
    assert named in str(error.value)
    assert "settings.toml" in str(error.value)


def test_a_byte_order_mark_as_notepad_writes_it_is_read_past(tmp_path):
    (tmp_path / "settings.toml").write_bytes(b"\xef\xbb\xbfdelay = 3\n")
    assert load_settings(tmp_path).delay == 3
