"""The configuration: complete, explained, and every mistake in it told at once, by key."""

import re
import tomllib
from pathlib import Path

import pytest

from bptt import messages
from bptt.config import Config, override, read_toml
from bptt.errors import ConfigError


def told(values: object) -> list[str]:
    with pytest.raises(ConfigError) as error:
        Config.parse(values)
    return str(error.value).splitlines()


def test_toml_says_all_and_reads_back_the_same() -> None:
    config = Config.parse(
        {"data": {"source": 'a "b".csv', "text": "nội dung"}, "model": {"units": [8, 4]}, "training": {"clipnorm": 0}}
    )
    text = config.to_toml()
    assert Config.parse(tomllib.loads(text)) == config
    for name, section in config:
        for key, field in type(section).model_fields.items():
            assert f"# {field.description}\n" in text, f"{name}.{key} is explained"
            assert f"\n{key} = " in text or f"\n# {key} =" in text


def test_toml_is_explained_in_the_language_in_use() -> None:
    try:
        messages.use("vi")
        text = Config().to_toml()
    finally:
        messages.use("en")
    assert "# số văn bản mỗi bước\nbatch_size = " in text
    assert tomllib.loads(text) == tomllib.loads(Config().to_toml())


@pytest.mark.parametrize(
    ("section", "key", "value", "sentence"),
    [
        ("training", "epochs", 0, "training.epochs: 0 came; expected a number of 1 or more."),
        ("training", "epochs", 2.5, "training.epochs: 2.5 came; expected a whole number."),
        ("training", "epochs", "many", 'training.epochs: "many" came; expected a whole number.'),
        ("training", "optimizer", "adm", 'training.optimizer: "adm" came; expected one of adam, adamw, rmsprop, sgd.'),
        ("training", "seed", -1, "training.seed: -1 came; expected a number of 0 or more."),
        ("data", "validation", 1, "data.validation: 1 came; expected a number below 1."),
        ("data", "text", 3, "data.text: 3 came; expected a text in quotes."),
        ("text", "mask", "perhaps", 'text.mask: "perhaps" came; expected true or false.'),
        ("model", "units", 64, "model.units: 64 came; expected a list such as [64, 32]."),
        ("model", "units", [], "model.units: [] came; expected a list of 1 or more."),
        ("model", "units", [8, 0], "model.units[1]: 0 came; expected a number of 1 or more."),
        ("text", "max_length", 10**30, f"text.max_length: {10**30} came; expected a number of 1000000 or less."),
        ("training", "epochs", True, "training.epochs: true came; expected a whole number."),
        ("training", "epochs", "5", 'training.epochs: "5" came; expected a whole number.'),
        ("training", "learning_rate", True, "training.learning_rate: true came; expected a number."),
        ("training", "learning_rate", 1e-60, "training.learning_rate: 1e-60 came; expected a number of 1e-12 or more."),
        ("training", "clipnorm", float("inf"), "training.clipnorm: Infinity came; expected a finite number."),
        ("training", "clipvalue", 1e-60, "training.clipvalue: 1e-60 came; expected 0, or a number of 1e-12 or more."),
        ("text", "lowercase", "yes", 'text.lowercase: "yes" came; expected true or false.'),
        ("text", "lowercase", 1, "text.lowercase: 1 came; expected true or false."),
        ("text", "bucket_edges", [1.5], "text.bucket_edges[0]: 1.5 came; expected a whole number."),
        ("model", "units", [True], "model.units[0]: true came; expected a whole number."),
        ("model", "units", [8] * 101, f"model.units: {str([8] * 101)[:80]}… came; expected a list of 100 at most."),
        ("model", "dropout", False, "model.dropout: false came; expected a number."),
        ("data", "label", "", 'data.label: "" came; expected a text of 1 character or more.'),
        ("data", 1, 2, "data[1]: 1 came; expected the name of a key."),
        ("model", "layer_norm", True, 'model.layer_norm: it is now model.norm: "layer" for true, "none" for false.'),
        ("model", "norm", True, "model.norm: true came; expected one of none, layer, batch."),
        ("model", "activation", "tanh", 'model.activation: "tanh" came; expected one of linear, relu.'),
        ("model", "dense", [0], "model.dense[0]: 0 came; expected a number of 1 or more."),
        ("model", "dense", [8] * 101, f"model.dense: {str([8] * 101)[:80]}… came; expected a list of 100 at most."),
        ("model", "hidden_dropout", 1, "model.hidden_dropout: 1 came; expected a number of 0.99 or less."),
        ("training", "epoch", 3, 'training.epoch: there is no such key. Did you mean "epochs"?'),
    ],
)
def test_what_came_and_what_was_expected(section: str, key: object, value: object, sentence: str) -> None:
    lines = told({section: {key: value}})
    assert f"  {sentence}" in lines
    assert len(lines) == 3, "a head, the one mistake, and where to find out more"


def test_every_number_has_an_upper_bound_that_is_named() -> None:
    numbers = [(name, key) for name, section in Config() for key, value in section if type(value) in (int, float)]
    assert len(numbers) >= 17
    for name, key in numbers:
        [_head, line, _tail] = told({name: {key: 10**30}})
        assert re.fullmatch(rf"  {name}\.{key}: 10{{30}} came; expected a number (below|of) [\de+.]+( or less)?\.", line), line


@pytest.mark.parametrize("values", [[], None, 3, "data", {1: {}}, {"data": {(1, 2): 3}}, {"data": {"seed": {(1, 2): 3}}}])
def test_what_is_no_configuration_at_all_is_told_in_our_words(values: object) -> None:
    [_head, line, _tail] = told(values)
    assert re.match(r"  \S.* came; expected ", line)
    assert "Input should" not in line


def test_what_nobody_sees_is_shown_by_its_number_and_written_so_that_it_reads_back() -> None:
    hostile = "\x1b[31m\u202e\x9b\x00\n"
    [_head, line, _tail] = told({"training": {"epochs": hostile}})
    assert line.isprintable()
    config = Config.parse({"data": {"source": hostile, "text": hostile}})
    assert all(one == "\n" or one.isprintable() for one in config.to_toml())
    assert Config.parse(tomllib.loads(config.to_toml())) == config


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbf[training]\nepochs = 5\n")
    assert read_toml(path) == {"training": {"epochs": 5}}


@pytest.mark.parametrize(
    ("key", "word", "read"),
    [
        ("training.epochs", "5", 5),
        ("training.epochs", "5.0", "5.0"),
        ("training.epochs", "9" * 5000, "9" * 5000),
        ("training.learning_rate", ".5", 0.5),
        ("training.learning_rate", "1e-3", 0.001),
        ("text.mask", "False", False),
        ("text.mask", "yes", "yes"),
        ("data.text", "5", "5"),
        ("model.norm", None, "none"),
        ("model.units", None, None),
        ("data.text", "true", "true"),
        ("training.nothing", "5", "5"),
        ("nothing.epochs", "5", "5"),
    ],
)
def test_a_word_of_the_command_line_is_read_as_its_key_has_it(key: str, word: str, read: object) -> None:
    section, name = key.split(".")
    assert override({}, {key: word})[section][name] == read
    assert type(override({}, {key: word})[section][name]) is type(read)


def test_a_key_outside_its_section_and_a_section_that_is_none() -> None:
    lines = told({"epochs": 3, "trainin": {}, "text": 5, "zzz": 1})
    assert '  epochs: there is no such key. Did you mean "training.epochs"?' in lines
    assert '  trainin: there is no such key. Did you mean "training"?' in lines
    assert "  text: 5 came; expected a section of keys." in lines
    assert "  zzz: there is no such key. Known: data, text, model, training." in lines


def test_a_key_with_no_near_one_names_all() -> None:
    [line] = [line for line in told({"training": {"zzz": 1}}) if "zzz" in line]
    assert "Known: epochs, batch_size, " in line


def test_a_rule_across_keys_is_told_in_its_own_words() -> None:
    assert any("clipnorm, clipvalue" in line for line in told({"training": {"clipnorm": 1, "clipvalue": 1}}))


def test_what_tells_of_pretrained_layers_needs_such_layers() -> None:
    for key, value in (("unfreeze_epochs", 3), ("layer_rate_decay", 1.5)):
        assert any(f"{key} came without training.pretrained" in line for line in told({"training": {key: value}}))
        Config.parse({"training": {key: value, "pretrained": "lm"}})


def test_a_residual_stack_of_one_layer_with_nothing_to_add_to() -> None:
    last = {"residual": True, "pooling": "last", "units": [8]}
    assert any("give it two, or pool all steps" in line for line in told({"model": last}))
    for right in ({"units": [8, 8]}, {"pooling": "mean"}, {"residual": False}):
        Config.parse({"model": last | right})


def refusal(name: str, key: str, value: object) -> str:
    try:
        Config.parse({name: {key: value}})
    except ConfigError as error:
        return str(error)
    return ""


def test_every_kind_of_mistake_has_its_own_words() -> None:
    """No sentence of pydantic's own gets through: they are English only."""
    wrong = [None, "x", -1, 0.5, 2**70, float("nan"), [], [[]], {}, True]
    keys = [(name, key) for name, section in Config() for key in type(section).model_fields]
    refused = [refusal(*key, value) for key in keys for value in wrong]
    assert sum(map(bool, refused)) > 100
    assert [sentence for sentence in refused if "Input should" in sentence or "a valid" in sentence] == []


def test_the_command_line_beats_the_file() -> None:
    values = {"training": {"epochs": 3, "seed": 1}, "data": {"text": "review"}}
    merged = override(values, {"training.epochs": "5", "model.units": [8, 4], "data.text": None, "text.mask": "false"})
    config = Config.parse(merged)
    assert (config.training.epochs, config.training.seed) == (5, 1)
    assert (config.model.units, config.data.text, config.text.mask) == ((8, 4), None, False)
    assert values["training"] == {"epochs": 3, "seed": 1}, "the file's values stay as they were"


@pytest.mark.parametrize(
    ("content", "code"), [(b"epochs: 3", "config.not-toml"), (b"\xff\xfe", "config.not-toml"), (None, "config.unreadable")]
)
def test_a_file_that_is_not_toml(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "a.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"a\.toml") as error:
        read_toml(path)
    assert error.value.code == code
