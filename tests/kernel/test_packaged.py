"""Tables of packages that are not imported for them."""

import subprocess
import sys

import pytest

from app.kernel.packaged import packaged_text


def test_the_file_of_a_package_is_read_without_importing_it():
    asked = ("import sys; from app.kernel.packaged import packaged_text; "
             "print(len(packaged_text('zxcvbn', 'frequency_lists.py')) > 100_000, 'zxcvbn' in sys.modules)")
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["True", "False"]


@pytest.mark.parametrize(("package", "name"), [("no_such_package", "a.json"), ("zxcvbn", "no_such_file.json"),
                                               ("sys", "a.json")])
def test_what_is_not_there_is_told_by_its_name(package, name):
    with pytest.raises(ImportError, match=f"{package} has no file {name}"):
        packaged_text(package, name)
