import math
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from linli.domains.releases.logic import measures, mondrian, noise, tables
from linli.domains.releases.logic.tables import Values
from linli.kernel.words import Words

SEED = 20261121


def people(count, seed=SEED):
    draw = np.random.default_rng(seed)
    codes = np.column_stack(
        [draw.integers(0, 95, count), draw.integers(0, 2, count), draw.integers(0, 12, count)]
    )
    return codes, draw.choice(6, count, p=[0.6, 0.1, 0.1, 0.08, 0.07, 0.05])


class TestClasses:
    @pytest.mark.parametrize(("k", "l"), [(3, 1), (5, 2), (10, 3), (50, 4)])
    def test_each_has_k_rows_and_l_values_and_each_row_is_in_one(self, k, l):  # noqa: E741
        codes, secret = people(2_000)

        found = mondrian.classes(codes=codes, sensitive=secret, k=k, l=l)

        assert sorted(np.concatenate(found)) == list(range(2_000))
        assert min(len(rows) for rows in found) >= k
        assert min(len(set(secret[rows])) for rows in found) >= l

    def test_they_are_as_small_as_halving_makes_them(self):
        codes, secret = people(2_000)

        found = mondrian.classes(codes=codes, sensitive=secret, k=5, l=1)

        assert np.mean([len(rows) for rows in found]) < 3 * 5

    def test_rows_that_are_all_alike_are_one_class(self):
        codes = np.zeros((40, 2), dtype=np.int64)

        [found] = mondrian.classes(codes=codes, sensitive=None, k=5, l=1)

        assert len(found) == 40

    @pytest.mark.parametrize(("rows", "k", "l"), [(0, 3, 1), (4, 5, 1), (40, 5, 3)])
    def test_none_where_there_are_too_few_or_all_the_same(self, rows, k, l):  # noqa: E741
        codes = np.arange(rows * 2, dtype=np.int64).reshape(rows, 2)

        assert mondrian.classes(codes=codes, sensitive=np.zeros(rows), k=k, l=l) == []


class TestMeasured:
    def told(self, codes, classes, secret=None, population=None, left_out=0):
        return measures.measured(
            codes=codes, sensitive=secret, classes=classes, left_out=left_out,
            population=codes if population is None else population,
        )  # fmt: skip

    def test_says_what_is_told_and_lost(self):
        codes = np.array([[0, 0], [10, 0], [4, 1], [5, 1], [6, 1]])
        classes = [np.array([0, 1]), np.array([2, 3, 4])]

        told = self.told(codes, classes, np.array([1, 2, 3, 3, 4]), left_out=1)

        assert (told.rows, told.classes, told.smallest) == (5, 2, 2)
        assert (told.prosecutor, told.average, told.at_risk) == (0.5, 0.4, 1.0)
        assert (told.diversity, told.certainty) == (2, 0.6667)
        assert told.ncp == round((2 * 1.0 + 3 * 0.2) / 10, 4)
        assert told.discernibility == 4 + 9 + 6

    def test_of_a_part_the_journalist_knows_less_than_the_prosecutor(self):
        codes = np.array([[1], [2], [3]])
        population = np.arange(10).reshape(10, 1) // 2

        told = self.told(codes, [np.arange(3)], population=population)

        assert (told.prosecutor, told.journalist) == (0.3333, round(1 / 6, 4))

    def test_without_a_sensitive_column_there_is_no_diversity(self):
        told = self.told(np.zeros((3, 1)), [np.arange(3)])

        assert (told.diversity, told.certainty) == (None, None)


class TestNoise:
    def draws(self, epsilon, count=20_000):
        draw = random.Random(SEED)
        return [noise.laplace(scale=1 / epsilon, below=draw.randrange) for _ in range(count)]

    @pytest.mark.parametrize("epsilon", [Fraction(1), Fraction(1, 2), Fraction(1, 10)])
    def test_is_as_wide_as_it_says(self, epsilon):
        found = self.draws(epsilon)

        p = math.exp(-float(epsilon))
        assert abs(np.mean(found)) < 0.05 / epsilon
        assert np.var(found) == pytest.approx(2 * p / (1 - p) ** 2, rel=0.06)

    def test_one_person_more_changes_no_answer_by_more_than_epsilon_says(self):
        """P(n | without) ≤ e^ε P(n | with), seen in 20,000 draws each."""
        epsilon = Fraction(1, 2)
        seen = Counter(self.draws(epsilon))

        for n in range(-3, 4):
            assert abs(math.log(seen[n] / seen[n + 1])) < 0.5 + 0.12

    def test_nineteen_of_twenty_lie_within_the_error_told(self):
        epsilon = Fraction(1, 10)
        within = sum(abs(n) <= noise.error(epsilon=epsilon) for n in self.draws(epsilon))

        assert 0.94 < within / 20_000 < 0.97

    def test_less_than_nobody_is_nobody(self):
        draw = random.Random(SEED)
        said = [noisy for _ in range(200) if (noisy := noise.noisy(
            count=0, epsilon=Fraction(1, 10), below=draw.randrange)) <= 0]  # fmt: skip

        assert set(said) == {0}


class TestCoarse:
    AGE = Values(name=Words(zh="年龄", en="Age"))
    SEX = Values(name=Words(zh="性别", en="Sex"),
                 words=(Words(zh="女", en="F"), Words(zh="男", en="M")))  # fmt: skip

    def made(self):
        codes = np.array([[30, 0], [34, 1], [71, 0], [71, 0]])
        return tables.coarse(
            columns=[self.AGE, self.SEX, self.SEX], codes=codes, sensitive=np.array([1, 0, 1, 0]),
            classes=[np.array([2, 3]), np.array([0, 1])],
        )  # fmt: skip

    def test_says_of_each_row_what_its_class_says(self):
        assert tables.lines(made=self.made(), language="zh") == [
            ["30–34", "*", "女"], ["30–34", "*", "男"], ["71", "女", "女"], ["71", "女", "男"],
        ]  # fmt: skip
        assert tables.headings(made=self.made(), language="en") == ["Age", "Sex", "Sex"]

    def test_counts_combinations_that_nobody_has(self):
        rows = [{"a": 0, "b": 1}, {"a": 0, "b": 1}]

        assert tables.counted(rows=rows, keys=["a", "b"], sizes=[2, 2]) == [
            ((0, 0), 0), ((0, 1), 2), ((1, 0), 0), ((1, 1), 0),
        ]  # fmt: skip
