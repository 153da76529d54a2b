from linli.foundation.copies import logic
from linli.foundation.copies.logic import Mark

MINE = Mark(number=70_000, proof=b"abcd", key=b"k" * 32)
OTHER = Mark(number=70_001, proof=b"efgh", key=b"o" * 32)


def people(count):
    return [[f"hml/b{n // 4:02}", f"q{n}", f"王{n}", 3] for n in range(count)]


def out(mark, count):
    return list(logic.marked(people(count), mark=mark, by=1, into=[2]))


class TestSign:
    def test_one_row_says_whose_copy_it_is(self):
        row = out(MINE, 30)[17]

        assert logic.signs([str(cell) for cell in row]) == {(70_000, b"abcd"): 1}

    def test_is_not_seen_and_comes_off(self):
        rows = out(MINE, 2)

        assert all(len(row[2]) == len(row[2].strip()) for row in rows)
        assert {logic.without(row[2]) for row in rows} == {"王0", "王1"}
        assert logic.without("👨‍👩‍👧 王") == "👨‍👩‍👧 王"

    def test_numbers_are_left_alone_and_a_row_without_text_bears_none(self):
        rows = list(logic.marked([["a", 7], [None, 8]], mark=MINE, by=0, into=[0]))

        assert sorted(row[1] for row in rows) == [7, 8]
        assert None in [row[0] for row in rows]

    def test_a_sign_that_was_cut_says_nothing(self):
        assert logic.signs([out(MINE, 1)[0][2][:-1]]) == {}

    def test_two_copies_put_together_name_both(self):
        texts = [row[2] for row in [*out(MINE, 3), *out(OTHER, 2)]]

        assert logic.signs(texts) == {(70_000, b"abcd"): 3, (70_001, b"efgh"): 2}


class TestTurn:
    def plain(self, rows):
        return [[logic.without(str(cell)) for cell in row] for row in rows]

    def test_all_rows_go_out_once(self):
        assert sorted(self.plain(out(MINE, 31))) == sorted(self.plain(people(31)))

    def test_a_part_without_signs_names_the_copy_and_no_other(self):
        part = self.plain(out(MINE, 200))[41:141]

        assert logic.chance(part, key=MINE.key) < 1e-9
        assert logic.chance(part, key=OTHER.key) > 1e-3

    def test_it_is_known_by_whichever_columns_are_left(self):
        part = [row[1:2] for row in self.plain(out(MINE, 200))]

        assert logic.chance(part, key=MINE.key) < 1e-9

    def test_rows_sorted_anew_say_nothing(self):
        assert logic.chance(sorted(self.plain(out(MINE, 200))), key=MINE.key) > 1e-6

    def test_nothing_says_nothing(self):
        assert logic.chance([], key=MINE.key) == 1.0
        assert logic.chance([["a"], ["a"]], key=MINE.key) == 1.0
