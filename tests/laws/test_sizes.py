"""Sizes: no function over 60 lines, no file over 400, nine in ten functions at most 25."""

import ast

from tests.laws.source import modules

LONGEST_FUNCTION, LONGEST_FILE, USUAL = 60, 400, 25


def functions():
    for path, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_function_is_longer_than_sixty_lines():
    too_long = {name: lines for name, lines in functions() if lines > LONGEST_FUNCTION}

    assert too_long == {}


def test_nine_in_ten_functions_have_at_most_twenty_five_lines():
    sizes = sorted(lines for _, lines in functions())

    assert sizes[len(sizes) * 9 // 10] <= USUAL


def test_no_file_is_longer_than_four_hundred_lines():
    too_long = {
        str(path): lines
        for path, tree in modules()
        if (lines := len(path.read_text("utf-8").splitlines())) > LONGEST_FILE
    }

    assert too_long == {}
