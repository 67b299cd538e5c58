import unittest

import pytest


def test_fixture_of_the_folder(order):
    assert [item.name for item in order.items] == ["tea", "milk", "sugar"]


class TestCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.made = ["class"]

    def setUp(self):
        self.made = [*self.made, "method"]

    def test_unittest(self):
        self.assertEqual(self.made, ["class", "method"])

    def test_subtests(self):
        for at in range(3):
            with self.subTest(at=at):
                self.assertLess(at, 3)

    @unittest.skip("for later")
    def test_skipped(self):
        self.fail()

    @unittest.expectedFailure
    def test_expected(self):
        self.assertEqual(1, 2)

    @pytest.fixture(autouse=True)
    def use(self, tmp_path):
        self.path = tmp_path

    def test_fixture(self):
        self.assertTrue(self.path.is_dir())
