import json

import numpy as np
import pytest

from bench import federated as example
from linli.domains.releases.logic import federated
from linli.domains.releases.logic.federated import Terms

DRAW = np.random.default_rng(20261121)
ROWS = DRAW.random((300, 3))
LABELS = (ROWS[:, 0] > 0.5).astype(float)
NO_NOISE = np.zeros(4)
QUIET = Terms(sigma=0.0)


class TestUpdate:
    def pull(self, rows, labels, weights=NO_NOISE, terms=QUIET):
        said = federated.update(
            weights=weights, rows=rows, labels=labels, terms=terms, noise=NO_NOISE
        )
        return np.array(said.pull)

    def test_one_row_more_pulls_no_further_than_the_clip(self):
        for clip in (1.0, 0.1):
            terms = Terms(clip=clip, sigma=0.0)
            far = np.array([[900.0, -900.0, 900.0]])

            with_it = self.pull(np.vstack([ROWS, far]), np.append(LABELS, 1.0), terms=terms)

            assert np.linalg.norm(with_it - self.pull(ROWS, LABELS, terms=terms)) <= clip + 1e-9

    def test_noise_is_as_wide_as_was_agreed(self):
        terms = Terms(clip=0.5, sigma=4.0)
        noise = np.array([1.0, -1.0, 2.0, 0.0])

        said = federated.update(
            weights=NO_NOISE, rows=ROWS, labels=LABELS, terms=terms, noise=noise
        )

        bare = self.pull(ROWS, LABELS, terms=terms)
        assert np.allclose(np.array(said.pull) - bare, noise * 2.0)

    def test_nothing_but_a_sum_and_a_number_leaves(self):
        said = federated.update(
            weights=NO_NOISE, rows=ROWS, labels=LABELS, terms=QUIET, noise=NO_NOISE
        )

        assert said.__struct_fields__ == ("pull", "rows")
        assert (len(said.pull), said.rows) == (4, 300)


class TestAveraged:
    def test_a_round_of_two_is_a_round_of_all_in_one_place(self):
        def update(part):
            return federated.update(
                weights=NO_NOISE, rows=ROWS[part], labels=LABELS[part], terms=QUIET, noise=NO_NOISE
            )

        apart = [update(slice(0, 90)), update(slice(90, 300))]
        whole = [update(slice(0, 300))]

        found = [federated.averaged(weights=NO_NOISE, updates=u, terms=QUIET)
                 for u in (apart, whole)]  # fmt: skip
        assert np.allclose(*found)


def test_auc_is_one_half_and_none():
    labels = np.array([0.0, 0.0, 1.0, 1.0])

    assert federated.auc(said=np.array([1, 2, 3, 4.0]), labels=labels) == 1.0
    assert federated.auc(said=np.array([4, 3, 2, 1.0]), labels=labels) == 0.0


def test_more_rounds_cost_more_and_more_noise_less():
    def cost(**more):
        return federated.epsilon(terms=Terms(**more), delta=1e-5)

    assert cost(rounds=10) < cost(rounds=40) < cost(rounds=40, sigma=10.0)
    assert cost() == pytest.approx(3.64, abs=0.01)


def test_the_example_learns_nearly_as_well_as_all_in_one_place(capsys):
    example.main()

    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    auc = found["auc"]
    joined, whole = auc["federated, with noise"], auc["all in one place"]
    assert all(joined[name] > whole[name] - 0.03 for name in whole)
    assert joined["old pipes"] > auc["alone: new pipes"]["old pipes"]
