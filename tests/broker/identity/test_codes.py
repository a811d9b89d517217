"""A code survives being read aloud and typed, and nothing else passes for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.identity.codes import BadCode, Code, hashed, read_code

secrets = st.binary(min_size=16, max_size=16)
codes = st.builds(Code, secrets, secrets)


@given(codes)
def test_a_code_is_read_as_it_was_written(code: Code) -> None:
    assert read_code(code.reveal()) == code


@given(codes, st.sampled_from([str.lower, lambda text: text.replace("-", " "), str.strip]))
def test_it_is_read_in_any_case_and_with_any_gaps(code: Code, typed: object) -> None:
    assert callable(typed)
    assert read_code(typed(code.reveal())) == code


@given(codes)
def test_letters_that_look_like_digits_are_those_digits(code: Code) -> None:
    written = code.reveal().replace("0", "O").replace("1", "l")
    assert read_code(written) == code


@given(codes, st.integers(0, 53), st.integers(1, 31))
def test_one_mistyped_sign_is_noticed(code: Code, place: int, by: int) -> None:
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    written = list(code.reveal().replace("-", ""))
    written[place] = signs[(signs.index(written[place]) + by) % 32]
    try:
        read = read_code("".join(written))
    except BadCode:
        return
    # One in 16,384 slips through; it is still another code.
    assert read != code


@given(st.text(max_size=80))
def test_anything_else_is_refused_with_words(typed: str) -> None:
    with pytest.raises(BadCode):
        read_code(typed)


def test_a_code_prints_nothing_of_itself() -> None:
    code = Code(b"secret of 128 bi", bytes(16))
    assert (repr(code), f"{code}") == ("Code(...)", "Code(...)")


def test_what_is_kept_of_a_secret_does_not_tell_it() -> None:
    assert hashed(bytes(16)) == "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"
